import { describe, expect, test } from "vitest";
import {
  DEFAULT_PRE_STOP_SECONDS,
  terminationGraceSeconds,
} from "../../../../../agent-runtime/src/contract.ts";
import { configSchema } from "../../../../../components/config/schema.ts";
import { DEFAULTS } from "../../../../../components/defaults.ts";
import { CONTROLLERS } from "../../../../../components/exposure/controllers.ts";
import {
  CONTROLLER,
  CONTROLLER_PORTS,
  controllerNamespace,
  gatewayController,
  gatewayPort,
  LONGEST_TURN_SECONDS,
} from "../../../../../local/region/real/addons/gateway-controller.ts";
import { validConfig } from "../../../../components/valid-config.ts";

// biome-ignore lint/suspicious/noExplicitAny: each test asserts the part of the object that it is about
type Any = any;

const IMAGE = "claude-agents.local/traefik@sha256:0123";
const objects: Any[] = gatewayController(IMAGE, "ai-agents");
const ofKind = (kind: string): Any[] => objects.filter((object) => object.kind === kind);
const [daemonSet] = ofKind("DaemonSet");
const pod = daemonSet.spec.template.spec;
const [container] = pod.containers;

function argument(name: string): string | undefined {
  return container.args.find((each: string) => each.startsWith(`--${name}=`))?.slice(name.length + 3);
}

/** `90s` or `500ms` in milliseconds. */
function milliseconds(name: string): number {
  const [, amount, unit] = /^(\d+)(ms|s)$/.exec(argument(name) ?? "") ?? [];
  return Number(amount) * (unit === "s" ? 1000 : 1);
}

describe("the controller", () => {
  test("lives in the namespace that the stack's network policy lets in", () => {
    expect(DEFAULTS.networkPolicy.ingressNamespaces).toContain(CONTROLLER.namespace);
    expect(controllerNamespace()).toMatchObject({ metadata: { name: CONTROLLER.namespace } });
  });

  test("listens on the port that the stack's Gateway states", () => {
    expect(argument("entrypoints.web.address")).toBe(":8000");
    expect(CONTROLLERS.traefik.listenerPorts.http).toBe(CONTROLLER_PORTS.web);
    expect(container.ports).toContainEqual({ name: "web", containerPort: 8000 });
  });

  test("stands on every worker and is replaced there before it goes", () => {
    expect(daemonSet.spec.updateStrategy.rollingUpdate).toEqual({ maxSurge: 1, maxUnavailable: 0 });
    expect(daemonSet.spec.selector.matchLabels).toEqual(daemonSet.spec.template.metadata.labels);
    expect(container.image).toBe(IMAGE);
  });

  test("keeps to the restricted Pod Security standard, which its namespace enforces", () => {
    expect(controllerNamespace()).toMatchObject({
      metadata: { labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
    });
    expect(pod.securityContext).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: "RuntimeDefault" },
    });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
  });

  test("starts only once a request has passed through the route", () => {
    expect(container.startupProbe.httpGet).toEqual({ path: "/health", port: "web" });
  });

  test("asks nobody for newer versions and tells nobody of its use", () => {
    expect(argument("global.checknewversion")).toBe("false");
    expect(argument("global.sendanonymoususage")).toBe("false");
  });

  test("tries another pod when it cannot connect to one, on a connection of its own each time", () => {
    const [{ data }] = ofKind("ConfigMap");
    const { middlewares } = JSON.parse(data["middlewares.yaml"]).http;
    expect(middlewares).toEqual({ retry: { retry: { attempts: 3 } } });
    expect(argument("entrypoints.web.http.middlewares")).toBe("retry@file");
    expect(argument("providers.file.filename")).toBe("/etc/traefik/middlewares.yaml");
    expect(container.volumeMounts).toEqual([{ name: "settings", mountPath: "/etc/traefik", readOnly: true }]);
    expect(argument("serverstransport.maxidleconnsperhost")).toBe("-1");
  });
});

describe("time limits", () => {
  test("the longest turn is the one that the stack's configuration allows", () => {
    const isAllowed = (maxTurnSeconds: number) =>
      configSchema.safeParse(validConfig({ coordinator: { maxTurnSeconds } })).success;
    expect([LONGEST_TURN_SECONDS, LONGEST_TURN_SECONDS + 1].map(isAllowed)).toEqual([true, false]);
  });

  test.each([
    "serverstransport.forwardingtimeouts.responseheadertimeout",
    "entrypoints.web.transport.lifecycle.gracetimeout",
  ])("%s is longer than any turn, which the runtime ends", (name) => {
    expect(milliseconds(name)).toBeGreaterThan(LONGEST_TURN_SECONDS * 1000);
  });

  test("a pod that leaves takes requests as long as a coordinator that leaves, then lets the last turn end", () => {
    expect(milliseconds("entrypoints.web.transport.lifecycle.requestacceptgracetimeout")).toBe(
      DEFAULT_PRE_STOP_SECONDS * 1000,
    );
    const drainMs =
      milliseconds("entrypoints.web.transport.lifecycle.requestacceptgracetimeout") +
      milliseconds("entrypoints.web.transport.lifecycle.gracetimeout");
    expect(pod.terminationGracePeriodSeconds * 1000).toBeGreaterThan(drainMs);
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(
      terminationGraceSeconds(LONGEST_TURN_SECONDS, DEFAULT_PRE_STOP_SECONDS),
    );
  });

  test("it hears of a pod that leaves, and gives up a connect, within a fraction of that pod's last seconds", () => {
    const lastMs = DEFAULT_PRE_STOP_SECONDS * 1000;
    expect(milliseconds("providers.providersthrottleduration")).toBeLessThan(lastMs / 2);
    expect(milliseconds("serverstransport.forwardingtimeouts.dialtimeout")).toBeLessThan(lastMs / 2);
  });
});

describe("access", () => {
  const roles = new Map(ofKind("ClusterRole").map((role) => [role.metadata.name, role.rules]));

  test("is for the controller's account alone", () => {
    const bindings = [...ofKind("ClusterRoleBinding"), ...ofKind("RoleBinding")];
    expect(bindings.map(({ subjects }) => subjects)).toEqual(
      bindings.map(() => [{ kind: "ServiceAccount", name: "traefik", namespace: "traefik" }]),
    );
  });

  test("to the whole cluster is to namespaces and gateway classes", () => {
    const [{ roleRef }] = ofKind("ClusterRoleBinding");
    const resources = roles.get(roleRef.name)?.flatMap((rule: Any) => rule.resources);
    expect(resources).toEqual(["namespaces", "gatewayclasses", "gatewayclasses/status"]);
  });

  test("to Secrets, Gateways and routes is in the stack's namespace alone, which is also all that it watches", () => {
    const bindings = ofKind("RoleBinding");
    expect(bindings.map(({ metadata }) => metadata.namespace)).toEqual(["ai-agents"]);
    const [{ roleRef }] = bindings;
    expect(roles.get(roleRef.name)?.[0].resources).toContain("secrets");
    expect(argument("providers.kubernetesgateway.namespaces")).toBe("ai-agents");
  });

  test("never lets it change anything but what it reports", () => {
    const rules: Any[] = [...roles.values()].flat();
    const changing = rules.filter(({ verbs }) =>
      verbs.some((verb: string) => !["list", "watch"].includes(verb)),
    );
    expect(changing.map(({ verbs }) => verbs)).toEqual([["update"], ["update"]]);
    expect(
      changing.flatMap(({ resources }) => resources).every((each: string) => each.endsWith("/status")),
    ).toBe(true);
  });
});

test("the port of a worker leads to the controller on this worker", () => {
  expect(gatewayPort(30_080)).toMatchObject({
    spec: {
      type: "NodePort",
      externalTrafficPolicy: "Local",
      selector: daemonSet.spec.selector.matchLabels,
      ports: [{ targetPort: "web", nodePort: 30_080 }],
    },
  });
});

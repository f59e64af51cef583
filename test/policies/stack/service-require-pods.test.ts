import { describe, expect, it } from "vitest";
import { serviceRequirePods } from "../../../policies/stack/service-require-pods.ts";
import { judgeStack, type KubernetesObject, resourceOf, UNKNOWN } from "../judge.ts";
import { database, LABELS, NOTHING, workload } from "./objects.ts";

const judgeObjects = (objects: KubernetesObject[], config = {}) =>
  judgeStack(
    serviceRequirePods,
    objects.map((object) => resourceOf(object)),
    config,
  );
const service = (spec: object, metadata: object = {}) => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "agent", namespace: "ai-agents", ...metadata },
  spec,
});
const pods = (spec: object, metadata: Record<string, unknown> = {}) =>
  workload({ template: { metadata: { labels: LABELS }, spec } }, metadata);
const HTTP = { name: "http", containerPort: 8080 };
const PODS = pods({ containers: [{ name: "main", ports: [HTTP] }] });
const judgePort = (port: object, spec: object = { containers: [{ name: "main", ports: [HTTP] }] }) =>
  judgeObjects([pods(spec), service({ selector: LABELS, ports: [port] })]);

describe("service-require-pods", () => {
  it.each([
    ["without selector", { ports: [{ port: 80 }] }],
    ["whose selector is null", { selector: null }],
    ["whose selector is empty", { selector: {} }],
    ["whose labels are null", { selector: { app: null } }],
    ["that is a name of another host", { selector: { app: "other" }, type: "ExternalName" }],
    ["without ports", { selector: { app: "agent" } }],
  ])("allows a Service %s", async (_, spec) => {
    expect(await judgeObjects([PODS, service(spec)])).toEqual(NOTHING);
  });

  it.each([
    ["selects other labels", service({ selector: { app: "other" } })],
    ["selects one label too many", service({ selector: { ...LABELS, region: "a" } })],
    ["stands in another namespace", service({ selector: LABELS }, { namespace: "other" })],
  ])("refuses a Service that %s", async (_, one) => {
    expect((await judgeObjects([PODS, one])).violations).toEqual([
      expect.stringContaining("at .spec.selector: it selects no pods of any workload"),
    ]);
  });

  it.each([
    ["by name", { port: 80, targetPort: "http" }],
    ["by number", { port: 80, targetPort: 8080 }],
    ["by its own number", { port: 8080 }],
    ["by its own number, with null", { port: 8080, targetPort: null, protocol: null }],
    ["with the protocol said", { port: 80, targetPort: "http", protocol: "TCP" }],
  ])("finds the container's port %s", async (_, port) => {
    expect(await judgePort(port)).toEqual(NOTHING);
  });

  it.each([
    [
      "another name",
      { port: 80, targetPort: "web" },
      '.targetPort: no container of Deployment ai-agents/agent states the port "web" of "TCP".',
    ],
    ["another number", { port: 80, targetPort: 8081 }, 'states the port 8081 of "TCP".'],
    [
      "its own number",
      { port: 80 },
      '.port: no container of Deployment ai-agents/agent states the port 80 of "TCP".',
    ],
    ["a number written as text", { port: 80, targetPort: "8080" }, 'states the port "8080"'],
    ["another protocol", { port: 8080, protocol: "UDP" }, 'states the port 8080 of "UDP".'],
  ])("refuses %s than the containers'", async (_, port, reason) => {
    expect((await judgePort(port)).violations).toEqual([expect.stringContaining(reason)]);
  });

  it("goes by the protocol of the container", async () => {
    const spec = { containers: [{ ports: [{ ...HTTP, protocol: "UDP" }] }] };
    expect((await judgePort({ port: 8080 }, spec)).violations).toHaveLength(1);
    expect(await judgePort({ port: 8080, protocol: "UDP" }, spec)).toEqual(NOTHING);
  });

  it("finds the port of a second container and of a sidecar", async () => {
    const sidecar = { name: "proxy", restartPolicy: "Always", ports: [HTTP] };
    expect(await judgePort({ port: 8080 }, { containers: [{ name: "main" }, sidecar] })).toEqual(NOTHING);
    expect(
      await judgePort({ port: 8080 }, { containers: [{ name: "main" }], initContainers: [sidecar] }),
    ).toEqual(NOTHING);
  });

  it("asks every workload that it selects for the port", async () => {
    const canary = pods({ containers: [{ name: "main", ports: null }] }, { name: "canary" });
    const { violations } = await judgeObjects([
      PODS,
      canary,
      service({ selector: LABELS, ports: [{ port: 8080 }] }),
    ]);
    expect(violations).toEqual([expect.stringContaining("no container of Deployment ai-agents/canary")]);
  });

  it("does not select pods of another region", async () => {
    const { violations } = await judgeStack(serviceRequirePods, [
      resourceOf(PODS, { region: "region-b" }),
      resourceOf(service({ selector: LABELS })),
    ]);
    expect(violations).toHaveLength(1);
  });

  it("takes the pods of an operator for there", async () => {
    const one = service({ selector: { "cnpg.io/cluster": "main" }, ports: [{ port: 5432 }] });
    expect(await judgeObjects([one])).toEqual(NOTHING);
    expect((await judgeObjects([one], { operatorLabels: [] })).violations).toHaveLength(1);
  });

  it("knows the labels of CloudNativePG's pods, and not their ports", async () => {
    const one = service({ selector: LABELS, ports: [{ port: 5432 }] });
    expect(await judgeObjects([database({ inheritedMetadata: { labels: LABELS } }), one])).toEqual(NOTHING);
  });

  it.each([
    ["the selector", [PODS, service({ selector: UNKNOWN })], "Service ai-agents/agent .spec.selector"],
    [
      "the selector, with no pods",
      [service({ selector: UNKNOWN })],
      "Service ai-agents/agent .spec.selector",
    ],
    [
      "a wanted label",
      [PODS, service({ selector: { app: UNKNOWN } })],
      "Service ai-agents/agent .spec.selector.app",
    ],
    [
      "a label of the pods",
      [workload({}, { labels: { app: UNKNOWN } }), service({ selector: { app: "agent" } })],
      "Deployment ai-agents/agent .spec.template.metadata.labels.app",
    ],
    [
      "the target",
      [PODS, service({ selector: LABELS, ports: [{ port: 80, targetPort: UNKNOWN }] })],
      "Service ai-agents/agent .spec.ports[0].targetPort",
    ],
    [
      "the protocol",
      [PODS, service({ selector: LABELS, ports: [{ port: 8080, protocol: UNKNOWN }] })],
      "Service ai-agents/agent .spec.ports[0].protocol",
    ],
    [
      "the container's port",
      [
        pods({ containers: [{ ports: [{ containerPort: UNKNOWN }] }] }),
        service({ selector: LABELS, ports: [{ port: 80 }] }),
      ],
      "Deployment ai-agents/agent .spec.template.spec.containers[0].ports[0].containerPort",
    ],
    [
      "the container's protocol",
      [
        pods({ containers: [{ ports: [{ containerPort: 80, protocol: UNKNOWN }] }] }),
        service({ selector: LABELS, ports: [{ port: 80 }] }),
      ],
      "ports[0].protocol",
    ],
  ])("is undecided while %s is not known", async (_, objects, place) => {
    const { violations, undecided } = await judgeObjects(objects);
    expect(violations).toEqual([]);
    expect(undecided).toContain(place);
  });

  it("is undecided while the type is not known and there is something to say", async () => {
    const unselected = service({ selector: { app: "other" }, type: UNKNOWN });
    const { violations, undecided } = await judgeObjects([PODS, unselected]);
    expect(violations).toEqual([]);
    expect(undecided).toContain("Service ai-agents/agent .spec.type;");
    const good = service({ selector: LABELS, type: UNKNOWN, ports: [{ port: 8080 }] });
    expect(await judgeObjects([PODS, good])).toEqual(NOTHING);
  });

  it("asks for what both sides do not know yet, and for nothing of other ports", async () => {
    const spec = {
      containers: [{ ports: [{ containerPort: UNKNOWN, protocol: UNKNOWN }, { containerPort: 9090 }] }],
    };
    const { undecided } = await judgePort({ port: UNKNOWN, protocol: UNKNOWN }, spec);
    expect(undecided).toContain("ports[0].containerPort, Service ai-agents/agent .spec.ports[0].port, ");
    expect((await judgePort({ port: 8080 }, spec)).undecided).not.toContain("ports[1]");
  });

  it.each([
    [
      "no container states a port",
      { targetPort: UNKNOWN },
      { containers: [{}] },
      'the port (not known yet) of "TCP"',
    ],
    [
      "the protocol is another",
      { targetPort: UNKNOWN, protocol: "UDP" },
      undefined,
      '(not known yet) of "UDP"',
    ],
    ["the port is another", { targetPort: "web", protocol: UNKNOWN }, undefined, '"web" of (not known yet)'],
    ["there is no port", {}, undefined, 'the port null of "TCP"'],
  ])("needs no value where %s", async (_, port, spec, reason) => {
    const { violations, undecided } = await judgePort(port, spec);
    expect(violations).toEqual([expect.stringContaining(reason)]);
    expect(undecided).toBeUndefined();
  });

  it.each(["None", undefined])("asks a headless Service the same (clusterIP %s)", async (clusterIP) => {
    const stateful = pods({ containers: [{ ports: [HTTP] }] }, { kind: "StatefulSet" });
    const good = service({ clusterIP, selector: LABELS, ports: [{ port: 8080 }] });
    expect(await judgeObjects([stateful, good])).toEqual(NOTHING);
    const wrong = service({ clusterIP, selector: LABELS, ports: [{ port: 80 }] });
    expect((await judgeObjects([stateful, wrong])).violations).toHaveLength(1);
  });

  it("finds both within a List, in the default namespace", async () => {
    const nowhere = { namespace: null };
    const items = [
      pods({ containers: [{ ports: [HTTP] }] }, nowhere),
      service({ selector: LABELS }, nowhere),
    ];
    expect(await judgeObjects([{ apiVersion: "v1", kind: "List", items }])).toEqual(NOTHING);
    expect(
      (await judgeObjects([{ apiVersion: "v1", kind: "List", items: items.slice(1) }])).violations,
    ).toHaveLength(1);
  });

  it("needs no other port where one is the target, or where the protocol differs", async () => {
    const ports = [{ containerPort: UNKNOWN }, HTTP];
    expect(await judgePort({ port: 8080 }, { containers: [{ ports }] })).toEqual(NOTHING);
    const udp = [{ containerPort: UNKNOWN, protocol: "UDP" }];
    expect((await judgePort({ port: 8080 }, { containers: [{ ports: udp }] })).violations).toHaveLength(1);
    expect((await judgeObjects([service({ selector: LABELS }), PODS])).undecided).toBeUndefined();
  });
});

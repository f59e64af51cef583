import { describe, expect, it } from "vitest";
import { containerDisallowProbeHosts } from "../../../policies/pod-security/container-disallow-probe-hosts.ts";
import { UNKNOWN } from "../judge.ts";
import { judgeContainer, NOTHING } from "./judge-pod.ts";

const HANDLERS = [
  "livenessProbe",
  "readinessProbe",
  "startupProbe",
  "lifecycle.postStart",
  "lifecycle.preStop",
];
const EVERY_ACTION = HANDLERS.flatMap((handler) =>
  ["httpGet", "tcpSocket"].map((action) => ({
    place: `${handler}.${action}`,
    path: [...handler.split("."), action],
  })),
);

const judgeHost = (path: readonly string[], host: unknown, list = "containers") => {
  const container = path.reduceRight<object>((inner, key) => ({ [key]: inner }), { port: 8080, host });
  return judgeContainer(containerDisallowProbeHosts, container, { list });
};

describe("container-disallow-probe-hosts", () => {
  it.each(EVERY_ACTION)("allows $place without host", async ({ path }) => {
    for (const host of ["", null, undefined]) expect(await judgeHost(path, host)).toEqual(NOTHING);
  });

  it.each(EVERY_ACTION)("refuses a host of $place", async ({ place, path }) => {
    expect((await judgeHost(path, "169.254.169.254")).violations).toEqual([
      `Deployment ai-agents/subject, at .spec.template.spec.containers[1].${place}.host: ${place} of container "changed" asks the host "169.254.169.254" from the node's network; allowed: "" or not set. Remove host, so that the pod's own address is asked; a name to be sent along goes into httpHeaders as Host.`,
    ]);
  });

  it.each(["initContainers", "ephemeralContainers"])("fault 21: refuses one in %s", async (list) => {
    expect((await judgeHost(["livenessProbe", "tcpSocket"], "localhost", list)).violations).toHaveLength(1);
  });

  it.each([0, ["localhost"]])("refuses %o, which is no text", async (host) => {
    expect((await judgeHost(["livenessProbe", "httpGet"], host)).violations).toHaveLength(1);
  });

  it("allows a container without probes and hooks", async () => {
    const none = { livenessProbe: null, readinessProbe: null, startupProbe: null, lifecycle: null };
    expect(await judgeContainer(containerDisallowProbeHosts, none)).toEqual(NOTHING);
  });

  it.each([
    ["a host", { livenessProbe: { httpGet: { host: UNKNOWN } } }, ".livenessProbe.httpGet.host;"],
    ["a probe", { readinessProbe: UNKNOWN }, "update: .spec.template.spec.containers[1].readinessProbe;"],
  ])("leaves %s undecided while it is not known", async (_, container, path) => {
    const { violations, undecided } = await judgeContainer(containerDisallowProbeHosts, container);
    expect(violations).toEqual([]);
    expect(undecided).toContain(path);
  });

  it("says nothing about commands, gRPC, and the Host header of a request", async () => {
    const container = {
      livenessProbe: { httpGet: { httpHeaders: [{ name: "Host", value: "agents.example.com" }] } },
      readinessProbe: { exec: { command: ["curl", "https://example.com"] } },
      startupProbe: { grpc: { port: 8080, service: "health" } },
    };
    expect(await judgeContainer(containerDisallowProbeHosts, container)).toEqual(NOTHING);
  });
});

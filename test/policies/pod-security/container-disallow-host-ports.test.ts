import { describe, expect, it } from "vitest";
import { containerDisallowHostPorts } from "../../../policies/pod-security/container-disallow-host-ports.ts";
import { UNKNOWN } from "../judge.ts";
import { judgeContainer, NOTHING } from "./judge-pod.ts";

const judgePorts = (ports: unknown, list = "containers") =>
  judgeContainer(containerDisallowHostPorts, { ports }, { list });
const judgePort = (hostPort: unknown) => judgePorts([{ containerPort: 8080, hostPort }]);

describe("container-disallow-host-ports", () => {
  it.each([0, null, undefined])("allows the port %s", async (hostPort) => {
    expect(await judgePort(hostPort)).toEqual(NOTHING);
  });

  it.each([undefined, null, []])("allows ports that are %o", async (ports) => {
    expect(await judgePorts(ports)).toEqual(NOTHING);
  });

  it.each([
    [80, "80"],
    [-1, "-1"],
    ["0", '"0"'],
    [false, "false"],
  ])("refuses the port %o", async (hostPort, shown) => {
    expect((await judgePort(hostPort)).violations).toEqual([
      `Deployment ai-agents/subject, at .spec.template.spec.containers[1].ports[0].hostPort: container "changed" takes the port ${shown} of its node; allowed: 0 or not set. Remove hostPort; a Service makes the port reachable.`,
    ]);
  });

  it.each(["containers", "initContainers", "ephemeralContainers"])(
    "fault 21: refuses it in %s",
    async (list) => {
      const { violations } = await judgePorts(
        [{ containerPort: 1 }, { containerPort: 2, hostPort: 2 }],
        list,
      );
      expect(violations).toEqual([expect.stringContaining(".ports[1].hostPort")]);
    },
  );

  it.each([
    ["the list", UNKNOWN, ".ports;"],
    ["a port", [{ containerPort: 1, hostPort: UNKNOWN }], ".ports[0].hostPort;"],
  ])("leaves %s undecided while it is not known", async (_, ports, path) => {
    const { violations, undecided } = await judgePorts(ports);
    expect(violations).toEqual([]);
    expect(undecided).toContain(path);
  });

  it("does not ask for the port of the container", async () => {
    expect(await judgePorts([{ containerPort: UNKNOWN }])).toEqual(NOTHING);
  });

  it("refuses the object where the ports are no list", async () => {
    await expect(judgePorts({ hostPort: 80 })).rejects.toThrow("expected a list");
  });
});

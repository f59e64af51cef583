import type { Field } from "../manifests/field.ts";
import type { Container } from "../manifests/pod-templates.ts";
import { containerPolicy } from "../pack/container-policy.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { show } from "./security-contexts.ts";

const REMEDY = "Remove hostPort; a Service makes the port reachable.";

export const containerDisallowHostPorts = containerPolicy({
  name: "container-disallow-host-ports",
  description: "No container takes a port of its node.",
  severity: "medium",
  controls: [
    { framework: "pod-security", control: "baseline: Host Ports" },
    { framework: "cis-kubernetes", control: "5.2.13" },
    { framework: "nist", control: "CM-7, SC-7" },
  ],
  reason:
    "A port of the node is reachable past Services and most network policies, can stand in for a service of the node, and only one pod of each node can have it.",
  remedy: REMEDY,
  parameters: {},
  examples: {
    pass: [
      { what: "a port of the container", container: { ports: [{ containerPort: 8080 }] } },
      { what: "a port of the node that is 0", container: { ports: [{ containerPort: 8080, hostPort: 0 }] } },
      { what: "a port that is null", container: { ports: [{ containerPort: 8080, hostPort: null }] } },
    ],
    fail: [
      {
        what: "a port of the node beside one that is none",
        container: { ports: [{ containerPort: 8080 }, { containerPort: 9090, hostPort: 9090 }] },
      },
      { what: "a text in place of the port", container: { ports: [{ containerPort: 80, hostPort: "0" }] } },
    ],
  },
  judge: (container) =>
    container.field
      .at("ports")
      .items()
      .flatMap((port) => judgePort(port, container)),
});

function judgePort(port: Field, { label }: Container): Finding[] {
  const hostPort = port.at("hostPort");
  if (hostPort.unknown) return [undecided(hostPort)];
  if (hostPort.missing || hostPort.value === 0) return [];
  const reason = `${label} takes the port ${show(hostPort)} of its node; allowed: 0 or not set.`;
  return [violation(hostPort, reason, REMEDY)];
}

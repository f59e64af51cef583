import type { Container } from "../manifests/pod-templates.ts";
import { containerPolicy } from "../pack/container-policy.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { show } from "./security-contexts.ts";

const HANDLERS: readonly (readonly string[])[] = [
  ["livenessProbe"],
  ["readinessProbe"],
  ["startupProbe"],
  ["lifecycle", "postStart"],
  ["lifecycle", "preStop"],
];
const ACTIONS = ["httpGet", "tcpSocket"];

const REMEDY =
  "Remove host, so that the pod's own address is asked; a name to be sent along goes into httpHeaders as Host.";

export const containerDisallowProbeHosts = containerPolicy({
  name: "container-disallow-probe-hosts",
  description: "Probes and lifecycle hooks ask their own pod and no other host.",
  severity: "medium",
  controls: [
    { framework: "pod-security", control: "baseline: Host Probes / Lifecycle Hooks" },
    { framework: "nist", control: "AC-4, SC-7" },
  ],
  reason:
    "Probes and hooks are run by the kubelet from the node's network, past every network policy: with a host they reach the metadata service of the cloud and what listens on the node.",
  remedy: REMEDY,
  parameters: {},
  examples: {
    pass: [
      { what: "a probe without host", container: { livenessProbe: { httpGet: { path: "/", port: 80 } } } },
      {
        what: "an empty host, which means the pod",
        container: { readinessProbe: { httpGet: null, tcpSocket: { host: "", port: 80 } } },
      },
      {
        what: "a probe by gRPC, which has no host",
        container: { startupProbe: { httpGet: null, grpc: { port: 80 } } },
      },
    ],
    fail: [
      {
        what: "a probe of the cloud's metadata",
        container: { livenessProbe: { httpGet: { host: "169.254.169.254", path: "/", port: 80 } } },
      },
      {
        what: "a probe of the node",
        container: { startupProbe: { httpGet: null, tcpSocket: { host: "127.0.0.1", port: 10250 } } },
      },
      {
        what: "a hook that calls another host",
        container: { lifecycle: { preStop: { sleep: null, httpGet: { host: "example.com", port: 80 } } } },
      },
    ],
  },
  judge: (container) =>
    HANDLERS.flatMap((handler) => ACTIONS.flatMap((action) => judgeHost(container, [...handler, action]))),
});

function judgeHost({ label, field }: Container, action: readonly string[]): Finding[] {
  const host = field.at(...action, "host");
  if (host.unknown) return [undecided(host)];
  if (host.missing || host.value === "") return [];
  const reason = `${action.join(".")} of ${label} asks the host ${show(host)} from the node's network; allowed: "" or not set.`;
  return [violation(host, reason, REMEDY)];
}

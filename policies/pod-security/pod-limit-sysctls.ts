import type { Field } from "../manifests/field.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { podPolicy } from "../pack/pod-policy.ts";
import { show } from "./security-contexts.ts";

interface Config {
  readonly allowedSysctls: readonly string[];
}

/** Those that hold for one pod alone, as of Kubernetes 1.32. */
const SAFE_SYSCTLS = [
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.ip_local_reserved_ports",
  "net.ipv4.ip_unprivileged_port_start",
  "net.ipv4.ping_group_range",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_keepalive_intvl",
  "net.ipv4.tcp_keepalive_probes",
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_rmem",
  "net.ipv4.tcp_syncookies",
  "net.ipv4.tcp_wmem",
];

const REMEDY = "Remove it; what must hold for a whole node is set where nodes are made.";

export const podLimitSysctls = podPolicy<Config>({
  name: "pod-limit-sysctls",
  description: "A pod sets only kernel parameters that hold for itself alone.",
  severity: "high",
  controls: [
    { framework: "pod-security", control: "baseline: Sysctls" },
    { framework: "nist", control: "CM-7, SC-39" },
  ],
  reason: "Other kernel parameters reach every pod of the node, or let one pod use up what all share.",
  remedy: REMEDY,
  parameters: {
    allowedSysctls: {
      type: "array",
      items: { type: "string" },
      default: SAFE_SYSCTLS,
      description: "Kernel parameters that a pod may set; Pod Security allows only the default.",
    },
  },
  examples: {
    pass: [
      {
        what: "a parameter of the pod's own network",
        pod: { securityContext: { sysctls: [{ name: "net.ipv4.tcp_keepalive_time", value: "600" }] } },
      },
      { what: "an empty list", pod: { securityContext: { sysctls: [] } } },
    ],
    fail: [
      {
        what: "a parameter that lets a pod use up the node's memory",
        pod: {
          securityContext: {
            sysctls: [
              { name: "net.ipv4.tcp_syncookies", value: "1" },
              { name: "kernel.msgmax", value: "65536" },
            ],
          },
        },
      },
      {
        what: "a safe one in the spelling that Pod Security does not know",
        pod: { securityContext: { sysctls: [{ name: "net/ipv4/tcp_syncookies", value: "1" }] } },
      },
    ],
  },
  judge: ({ spec }, config) =>
    spec
      .at("securityContext", "sysctls")
      .items()
      .flatMap((sysctl) => judgeSysctl(sysctl, config)),
});

function judgeSysctl(sysctl: Field, { allowedSysctls }: Config): Finding[] {
  const name = sysctl.at("name");
  if (name.unknown) return [undecided(name)];
  if (allowedSysctls.some((allowed) => allowed === name.value)) return [];
  const reason = `the pod sets the kernel parameter ${show(name)}; allowed: ${allowedSysctls.join(", ") || "none"}.`;
  return [violation(name, reason, REMEDY)];
}

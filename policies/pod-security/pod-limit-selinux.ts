import { type Finding, undecided, violation } from "../pack/finding.ts";
import { podPolicy } from "../pack/pod-policy.ts";
import { type SecurityContext, securityContextsOf, show } from "./security-contexts.ts";

/** The types of confined containers; empty means the engine's choice. */
const TYPES = ["container_t", "container_init_t", "container_kvm_t", "container_engine_t"];

/** What seLinuxOptions may hold, by key; the level only tells equals apart and is free. */
const RULES = [
  { key: "type", allowed: TYPES },
  { key: "user", allowed: [] },
  { key: "role", allowed: [] },
] as const;

const REMEDY = `Leave user and role out, and write one of the types ${TYPES.join(", ")}, or none.`;

export const podLimitSelinux = podPolicy({
  name: "pod-limit-selinux",
  description:
    "A pod keeps the SELinux user and role that it is given, and takes only types of confined containers.",
  severity: "high",
  controls: [
    { framework: "pod-security", control: "baseline: SELinux" },
    { framework: "cis-kubernetes", control: "5.7.3" },
    { framework: "nsa", control: "Kubernetes Pod security: Hardening container environments" },
    { framework: "nist", control: "AC-3(3), AC-6" },
  ],
  reason: "With another type, such as spc_t, SELinux no longer keeps a process away from the node's files.",
  remedy: REMEDY,
  parameters: {},
  examples: {
    pass: [
      { what: "a level", pod: { securityContext: { seLinuxOptions: { level: "s0:c123,c456" } } } },
      {
        what: "a type of confined containers",
        container: { securityContext: { seLinuxOptions: { type: "container_init_t" } } },
      },
      {
        what: "empty values, which mean the engine's choice",
        pod: { securityContext: { seLinuxOptions: { type: "", user: "", role: "" } } },
      },
    ],
    fail: [
      {
        what: "the type of unconfined containers",
        container: { securityContext: { seLinuxOptions: { type: "spc_t" } } },
      },
      { what: "a user", pod: { securityContext: { seLinuxOptions: { user: "system_u" } } } },
      { what: "a role", pod: { securityContext: { seLinuxOptions: { role: "system_r" } } } },
    ],
  },
  judge: (pod) => securityContextsOf(pod).flatMap(judgeContext),
});

function judgeContext({ label, field }: SecurityContext): Finding[] {
  return RULES.flatMap(({ key, allowed }) => {
    const option = field.at("seLinuxOptions", key);
    if (option.unknown) return [undecided(option)];
    if (option.missing || ["", ...allowed].includes(option.text ?? "?")) return [];
    const words = allowed.join(", ") || "none";
    const reason = `the SELinux ${key} of ${label} is ${show(option)}; allowed: ${words}.`;
    return [violation(option, reason, REMEDY)];
  });
}

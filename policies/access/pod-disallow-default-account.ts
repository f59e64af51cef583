import type { Field } from "../manifests/field.ts";
import type { PodTemplate } from "../manifests/pod-templates.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { podPolicy } from "../pack/pod-policy.ts";

const REMEDY = "Make a ServiceAccount for the workload and name it in serviceAccountName.";

/** Jobs are no exception: one that lives for a minute holds the rights of its account for that minute. */
export const podDisallowDefaultAccount = podPolicy({
  name: "pod-disallow-default-account",
  description: "A pod names a ServiceAccount of its own.",
  severity: "medium",
  controls: [
    { framework: "cis-kubernetes", control: "5.1.5" },
    { framework: "nist", control: "AC-6, IA-9" },
    { framework: "nsa", control: "Authentication and authorization" },
  ],
  reason:
    "Pods of one account are one to the API server, to cloud roles and to audit logs: what one is given, all are given.",
  remedy: REMEDY,
  parameters: {},
  examples: {
    pass: [{ what: "an account of its own", pod: { serviceAccountName: "coordinator" } }],
    fail: [
      { what: "no account, which means the default one", pod: { serviceAccountName: null } },
      { what: "the default account by its name", pod: { serviceAccountName: "default" } },
      { what: "an empty name", pod: { serviceAccountName: "" } },
    ],
  },
  judge: judgePod,
});

function judgePod({ spec }: PodTemplate): Finding[] {
  const account = accountOf(spec);
  if (account.unknown) return [undecided(account)];
  if (account.text !== undefined && !["", "default"].includes(account.text)) return [];
  const got = account.missing ? "not set" : JSON.stringify(account.value);
  const reason = `its account is ${got}, so it shares the default one with every pod that names none.`;
  return [violation(account, reason, REMEDY)];
}

/** The API server still fills the new name from the old one where that is empty. */
function accountOf(spec: Field): Field {
  const account = spec.at("serviceAccountName");
  const old = spec.at("serviceAccount");
  return (account.missing || account.text === "") && !old.missing ? old : account;
}

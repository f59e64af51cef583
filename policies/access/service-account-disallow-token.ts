import type { Manifest } from "../manifests/manifest.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { objectPolicy } from "../pack/object-policy.ts";

interface Config {
  readonly accountsWithToken: readonly string[];
}

const REMEDY =
  "Set automountServiceAccountToken: false; a pod that calls the API mounts a projected token, or its account is listed in accountsWithToken.";

const account = (token: object) => ({
  apiVersion: "v1",
  kind: "ServiceAccount",
  metadata: { name: "coordinator", namespace: "ai-agents" },
  ...token,
});

export const serviceAccountDisallowToken = objectPolicy<Config>({
  name: "service-account-disallow-token",
  description: "A ServiceAccount puts no token into pods by itself.",
  severity: "medium",
  controls: [
    { framework: "cis-kubernetes", control: "5.1.6" },
    { framework: "nist", control: "AC-6" },
    { framework: "nsa", control: "Authentication and authorization" },
  ],
  reason: "A token in a pod that needs none is a key to the API server for whoever breaks into the pod.",
  remedy: REMEDY,
  parameters: {
    accountsWithToken: {
      type: "array",
      items: { type: "string" },
      default: [],
      description: "Names of ServiceAccounts whose pods call the API server.",
    },
  },
  examples: {
    pass: [{ what: "no token", objects: [account({ automountServiceAccountToken: false })] }],
    fail: [
      { what: "a token", objects: [account({ automountServiceAccountToken: true })] },
      { what: "nothing said, which means a token", objects: [account({})] },
    ],
  },
  kinds: ["ServiceAccount"],
  judge: judgeAccount,
});

function judgeAccount({ root }: Manifest, { accountsWithToken }: Config): Finding[] {
  const token = root.at("automountServiceAccountToken");
  if (token.value === false) return [];
  const name = root.at("metadata", "name");
  if (accountsWithToken.includes(name.text ?? "")) return [];
  if (token.unknown) return [undecided(token)];
  if (name.unknown && accountsWithToken.length > 0) return [undecided(name)];
  const got = token.missing ? "not set, which means true" : JSON.stringify(token.value);
  return [violation(token, `it is ${got}: every pod of the account gets a token of the API server.`, REMEDY)];
}

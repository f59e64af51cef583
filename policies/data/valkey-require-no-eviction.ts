import { violation } from "../pack/finding.ts";
import { objectPolicy } from "../pack/object-policy.ts";
import { CONFIGURATION_KINDS, judgeConfigurations } from "./valkey-configuration.ts";
import { isChoice, lastOf } from "./valkey-directives.ts";

const REMEDY = "Set maxmemory-policy to noeviction, or leave it out; give a cache a server of its own.";

const configMap = (text: string) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "valkey", namespace: "ai-agents" },
  data: { "valkey.conf": text },
});

export const valkeyRequireNoEviction = objectPolicy({
  name: "valkey-require-no-eviction",
  description: "A full Valkey or Redis refuses writes and throws nothing away.",
  severity: "high",
  controls: [{ framework: "nist", control: "SI-12, CP-9" }],
  reason:
    "A server that evicts keys drops sessions, budgets and queues like any cached answer, and nobody is told.",
  remedy: REMEDY,
  parameters: {},
  examples: {
    pass: [
      { what: "writes that fail", objects: [configMap("maxmemory 1gb\nmaxmemory-policy noeviction\n")] },
      { what: "the server's default", objects: [configMap("maxmemory 1gb\n")] },
    ],
    fail: [
      { what: "the keys used least", objects: [configMap("maxmemory 1gb\nmaxmemory-policy allkeys-lru\n")] },
    ],
  },
  kinds: CONFIGURATION_KINDS,
  judge: (manifest) =>
    judgeConfigurations(manifest, ({ field, directives, isSentinel }) => {
      const [policy = "noeviction"] = lastOf(directives, "maxmemory-policy") ?? [];
      if (isSentinel || isChoice(policy, "noeviction")) return [];
      return [
        violation(field, `its maxmemory-policy is ${JSON.stringify(policy)} in place of noeviction.`, REMEDY),
      ];
    }),
});

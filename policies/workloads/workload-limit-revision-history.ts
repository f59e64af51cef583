import type { Manifest } from "../manifests/manifest.ts";
import { type Finding, violation } from "../pack/finding.ts";
import { objectPolicy } from "../pack/object-policy.ts";
import { notWhole, wholeNumber } from "./whole-number.ts";

interface Config {
  readonly minRevisions: number;
  readonly maxRevisions: number;
}

/** What Kubernetes and Argo Rollouts fill in. */
const DEFAULT_REVISIONS = 10;

const deployment = (spec: object) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "agent", namespace: "ai-agents" },
  spec,
});

export const workloadLimitRevisionHistory = objectPolicy<Config>({
  name: "workload-limit-revision-history",
  description: "A workload keeps enough old versions to go back to, and not more.",
  severity: "low",
  controls: [{ framework: "nist", control: "CM-2 (3)" }],
  reason:
    "Without old versions a bad update cannot be rolled back. Every version that is kept is an object in the cluster's store, with " +
    "the settings of long ago.",
  remedy: "Set revisionHistoryLimit to a number of versions between the policy's bounds, such as 5.",
  parameters: {
    minRevisions: {
      type: "integer",
      minimum: 0,
      default: 2,
      description: "The least number of old versions that a workload keeps.",
    },
    maxRevisions: {
      type: "integer",
      minimum: 0,
      default: 10,
      description: "The greatest number of old versions that a workload keeps.",
    },
  },
  examples: {
    pass: [
      { what: "five old versions", objects: [deployment({ revisionHistoryLimit: 5 })] },
      { what: "left out, which means ten", objects: [deployment({})] },
    ],
    fail: [
      { what: "nothing to go back to", objects: [deployment({ revisionHistoryLimit: 0 })] },
      { what: "a hundred old versions", objects: [deployment({ revisionHistoryLimit: 100 })] },
    ],
  },
  kinds: ["Deployment", "StatefulSet", "DaemonSet", "Rollout"],
  judge: judgeWorkload,
});

function judgeWorkload({ root }: Manifest, { minRevisions, maxRevisions }: Config): Finding[] {
  const field = root.at("spec", "revisionHistoryLimit");
  const revisions = wholeNumber(field, DEFAULT_REVISIONS);
  if (revisions === undefined) return [notWhole(field, "revisionHistoryLimit")];
  if (revisions >= minRevisions && revisions <= maxRevisions) return [];
  const got = field.missing ? `not set, which means ${revisions}` : String(revisions);
  const reason = `revisionHistoryLimit is ${got}; allowed: ${minRevisions} to ${maxRevisions}.`;
  return [violation(field, reason, `Set it to a number from ${minRevisions} to ${maxRevisions}.`)];
}

import { violation } from "../pack/finding.ts";
import { objectPolicy } from "../pack/object-policy.ts";
import {
  CONFIGURATION_KINDS,
  judgeConfigurations,
  type ValkeyConfiguration,
} from "./valkey-configuration.ts";
import { isChoice, lastOf, savePointsOf } from "./valkey-directives.ts";
import { judgeVolumes } from "./valkey-volume.ts";

interface Config {
  readonly savePoints: readonly string[];
}

const REMEDY =
  "Set appendonly yes, appendfsync everysec or always, and save 900 1 300 10 60 10000, and mount a claim from volumeClaimTemplates.";

const configMap = (text: string) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "valkey", namespace: "ai-agents" },
  data: { "valkey.conf": text },
});
const SAVED = "appendonly yes\nsave 900 1 300 10 60 10000\n";

export const valkeyRequirePersistence = objectPolicy<Config>({
  name: "valkey-require-persistence",
  description: "Valkey and Redis write what they hold to a volume that outlives the pod.",
  severity: "high",
  controls: [{ framework: "nist", control: "CP-9, CP-10" }],
  reason:
    "A server that keeps its data in memory alone loses budgets, sessions and queues with its pod, and a master that comes back empty empties its replicas.",
  remedy: REMEDY,
  parameters: {
    savePoints: {
      type: "array",
      items: { type: "string", pattern: "^\\d+ \\d+$" },
      default: ["900 1", "300 10", "60 10000"],
      description: "Seconds and changes after which a snapshot is due at the latest; none where it is empty.",
    },
  },
  examples: {
    pass: [
      { what: "a log and snapshots", objects: [configMap(SAVED)] },
      { what: "snapshots more often", objects: [configMap("appendonly yes\nsave 300 1\nsave 60 1000\n")] },
    ],
    fail: [
      { what: "no log", objects: [configMap("appendonly no\nsave 900 1 300 10 60 10000\n")] },
      { what: "no snapshots", objects: [configMap('appendonly yes\nsave ""\n')] },
      {
        what: "a log that the system writes when it likes",
        objects: [configMap(`${SAVED}appendfsync no\n`)],
      },
    ],
  },
  kinds: CONFIGURATION_KINDS,
  judge: (manifest, { savePoints }) => [
    ...judgeConfigurations(manifest, (configuration) =>
      configuration.isSentinel
        ? []
        : problemsOf(configuration, savePoints).map((problem) =>
            violation(configuration.field, problem, REMEDY),
          ),
    ),
    ...judgeVolumes(manifest),
  ],
});

function problemsOf(configuration: ValkeyConfiguration, savePoints: readonly string[]): string[] {
  return [...logProblems(configuration), ...snapshotProblems(configuration, savePoints)];
}

function logProblems({ directives, isWhole }: ValkeyConfiguration): string[] {
  const [log = isWhole ? "no" : "yes"] = lastOf(directives, "appendonly") ?? [];
  const [sync = "everysec"] = lastOf(directives, "appendfsync") ?? [];
  return [
    ...(isChoice(log, "yes")
      ? []
      : [
          `its appendonly is ${JSON.stringify(log)}: what was written since the last snapshot is lost with the pod.`,
        ]),
    ...(isChoice(sync, "everysec", "always")
      ? []
      : [`its appendfsync is ${JSON.stringify(sync)}, so that the log can be minutes behind.`]),
  ];
}

/** A snapshot that is due sooner, after fewer changes, will do as well. */
function snapshotProblems(
  { directives, isWhole }: ValkeyConfiguration,
  required: readonly string[],
): string[] {
  if (!isWhole && !directives.has("save")) return [];
  const stated = savePointsOf(directives);
  return required.flatMap((point) => {
    const [seconds = 0, changes = 0] = point.split(" ").map(Number);
    const isKept = stated.some(([after, least]) => after <= seconds && least <= changes);
    return isKept
      ? []
      : [`no snapshot is due ${seconds} seconds after ${changes} changes: it has no save ${point}.`];
  });
}

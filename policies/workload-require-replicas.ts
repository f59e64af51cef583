import type { Field } from "./field.ts";
import { type Finding, undecided, violation } from "./finding.ts";
import type { Manifest } from "./manifest.ts";
import { minimumOf, SCALABLE_KINDS } from "./replicas.ts";
import { resourcePolicy } from "./resource-policy.ts";

interface Config {
  /** The least number of replicas. */
  readonly minimumReplicas: number;
  /** Names of workloads that are one server by design. */
  readonly singleServers: readonly string[];
}

/** The database of a stage that may be down for a minute (`postgres.mode: single`). */
const SINGLE_SERVERS = ["claude-agent-postgres"];

export const workloadRequireReplicas = resourcePolicy<Config>({
  name: "workload-require-replicas",
  description: "A workload and its autoscaler never go below two replicas.",
  properties: {
    minimumReplicas: {
      type: "integer",
      minimum: 1,
      default: 2,
      description: "The least number of replicas of a workload, and the least minimum of an autoscaler.",
    },
    singleServers: {
      type: "array",
      items: { type: "string" },
      default: SINGLE_SERVERS,
      description:
        "Names of workloads that are one server by design, such as the database of a small stage; the stack's configuration refuses it in production.",
    },
  },
  defaults: { minimumReplicas: 2, singleServers: SINGLE_SERVERS },
  judge: judgeReplicas,
});

function judgeReplicas(manifest: Manifest, { minimumReplicas, singleServers }: Config): Finding[] {
  if (singleServers.includes(String(manifest.root.at("metadata", "name").value))) return [];
  if (SCALABLE_KINDS.has(manifest.kind)) return judgeWorkload(manifest, minimumReplicas);
  return minimumOf(manifest).flatMap(({ field, fallback }) =>
    judgeCount(field, field.missing ? fallback : field.value, minimumReplicas),
  );
}

/** A workload without `replicas` has declared that an autoscaler writes them; the stack's policy looks for it. */
function judgeWorkload({ root }: Manifest, minimum: number): Finding[] {
  const replicas = root.at("spec", "replicas");
  return replicas.missing ? [] : judgeCount(replicas, replicas.value, minimum);
}

function judgeCount(field: Field, count: unknown, minimum: number): Finding[] {
  if (field.unknown) return [undecided(field)];
  if (typeof count === "number" && count >= minimum) return [];
  const got = field.missing ? `not set, which means ${String(count)}` : JSON.stringify(count);
  const reason = `it is ${got}, and the loss of one pod or node then stops the service.`;
  const remedy = `Set it to ${minimum} or more; a workload that an autoscaler scales leaves replicas out.`;
  return [violation(field, reason, remedy)];
}

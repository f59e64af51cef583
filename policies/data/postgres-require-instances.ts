import type { Manifest } from "../manifests/manifest.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { objectPolicy } from "../pack/object-policy.ts";
import { isPostgresCluster } from "./postgres-server.ts";

interface Config {
  readonly minimumInstances: number;
}

const REMEDY = "Set spec.instances to three or more: one writes, one confirms, one may be away.";
/** What the operator takes where nothing is said. */
const DEFAULT_INSTANCES = 1;

const cluster = (spec: object) => ({
  apiVersion: "postgresql.cnpg.io/v1",
  kind: "Cluster",
  metadata: { name: "db", namespace: "ai-agents" },
  spec,
});

export const postgresRequireInstances = objectPolicy<Config>({
  name: "postgres-require-instances",
  description: "A cluster of PostgreSQL has three servers.",
  severity: "high",
  controls: [{ framework: "nist", control: "CP-10, SC-5" }],
  reason:
    "With one server every drained node is an outage; with two, the loss of one stops every write that a second has to confirm.",
  remedy: REMEDY,
  parameters: {
    minimumInstances: {
      type: "integer",
      minimum: 1,
      default: 3,
      description: "The least number of servers of a cluster.",
    },
  },
  examples: {
    pass: [{ what: "three servers", objects: [cluster({ instances: 3 })] }],
    fail: [
      { what: "two servers", objects: [cluster({ instances: 2 })] },
      { what: "the operator's default, which is one", objects: [cluster({})] },
    ],
  },
  kinds: ["Cluster"],
  judge: (manifest, config) => (isPostgresCluster(manifest) ? judgeInstances(manifest, config) : []),
});

function judgeInstances({ root }: Manifest, { minimumInstances }: Config): Finding[] {
  const field = root.at("spec", "instances");
  if (field.unknown) return [undecided(field)];
  const count = field.missing ? DEFAULT_INSTANCES : field.value;
  if (typeof count === "number" && count >= minimumInstances) return [];
  const got = field.missing ? "not set, which means 1" : JSON.stringify(field.value);
  return [violation(field, `it is ${got} where at least ${minimumInstances} are asked for.`, REMEDY)];
}

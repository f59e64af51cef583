import { APP, COORDINATOR, ENV } from "../../agent-runtime/src/contract.ts";
import type { Stack } from "../manifests/stack.ts";
import { undecided, violation } from "../pack/finding.ts";
import { type StackFinding, stackPolicy } from "../pack/stack-policy.ts";
import { HEALTH_CHECK, judgeHealthCheck, judgeRecord, RECORD } from "./health-checks.ts";
import { type RuntimePod, runtimePodsOf, variableOf } from "./runtime-pods.ts";

interface Config {
  readonly minimumRegions: number;
  readonly requireHealthCheck: boolean;
}

const REMEDY =
  "Run the coordinator in one more cluster, through a Kubernetes provider and with a REGION of its own.";

export const regionRequireSecond = stackPolicy<Config>({
  name: "region-require-second",
  description:
    "The coordinator runs in two clusters, each a region of its own, and DNS leaves out one that is ill.",
  severity: "high",
  controls: [{ framework: "nist", control: "CP-7, CP-10" }],
  reason:
    "The loss of the only cluster is an outage until it is built again. Two regions of one name are one in budgets and metrics, and a " +
    "record without health check sends clients to a region that is gone.",
  remedy: `${REMEDY} Give every record of the common name a healthCheckId.`,
  parameters: {
    minimumRegions: {
      type: "integer",
      minimum: 1,
      default: 2,
      description: "In how many clusters the coordinator has to run, where it runs at all.",
    },
    requireHealthCheck: {
      type: "boolean",
      default: false,
      description:
        "Whether a stack whose coordinator runs in several clusters has to hold a health check of Route 53; off where another DNS leaves out the ill one.",
    },
  },
  examples: {
    pass: [
      { what: "a stack without coordinator", objects: [coordinator("eu", "web")] },
      {
        what: "a record with a health check",
        cloud: [{ type: RECORD, properties: { setIdentifier: "eu", healthCheckId: "abc" } }],
      },
      {
        what: "a record that is not one of several",
        cloud: [{ type: RECORD, properties: { name: "eu.example.com" } }],
      },
    ],
    fail: [
      { what: "one region", objects: [coordinator("eu", APP)] },
      {
        what: "a health check that is switched off",
        cloud: [{ type: HEALTH_CHECK, properties: { type: "HTTPS", disabled: true } }],
      },
      {
        what: "a record without health check",
        cloud: [{ type: RECORD, properties: { setIdentifier: "eu" } }],
      },
    ],
  },
  judge: (stack, config) => {
    const { pods, open } = runtimePodsOf(stack);
    const coordinators = pods.filter(isCoordinator);
    return [
      ...open,
      ...pods.flatMap(judgeRole),
      ...judgeCount(coordinators, config),
      ...judgeNames(stack, coordinators),
      ...judgeChecks(stack, coordinators, config),
      ...stack.resources.flatMap(judgeRecord).map((finding) => ({ finding })),
      ...stack.resources.flatMap(judgeHealthCheck).map((finding) => ({ finding })),
    ];
  },
});

function isCoordinator({ placed, labels }: RuntimePod): boolean {
  const name = placed.manifest.root.at("metadata", "name").text;
  return labels.at("tier").text === "coordinator" || name === COORDINATOR;
}

/** What is not known yet may make it a coordinator. */
function judgeRole(pod: RuntimePod): StackFinding[] {
  const { placed, labels } = pod;
  const facts = [labels.at("tier"), placed.manifest.root.at("metadata", "name")];
  const open = isCoordinator(pod) ? undefined : facts.find(({ unknown }) => unknown);
  return open === undefined ? [] : [{ placed, finding: undecided(open) }];
}

function judgeCount(coordinators: readonly RuntimePod[], { minimumRegions }: Config): StackFinding[] {
  const reached = new Map(coordinators.map(({ placed }) => [placed.cluster, placed] as const));
  const [placed] = reached.values();
  if (placed === undefined || reached.size >= minimumRegions) return [];
  const reason = `the coordinator runs in ${reached.size} of at least ${minimumRegions} clusters: with the loss of one, all is lost.`;
  return [{ placed, finding: violation(placed.manifest.root, reason, REMEDY) }];
}

function judgeNames(stack: Stack, coordinators: readonly RuntimePod[]): StackFinding[] {
  const regions = new Map<string, string>();
  return coordinators.flatMap((pod): StackFinding[] => {
    const { placed } = pod;
    const field = variableOf(stack, pod, ENV.region);
    if (field?.unknown) return [{ placed, finding: undecided(field) }];
    const region = field?.text ?? "";
    const other = regions.get(region) ?? placed.cluster;
    regions.set(region, other);
    if (other === placed.cluster) return [];
    const reason = `its region is called ${JSON.stringify(region)}, as one in another cluster is.`;
    const finding = violation(
      field ?? placed.manifest.root,
      reason,
      `Give ${ENV.region} another value in each cluster.`,
    );
    return [{ placed, finding }];
  });
}

function judgeChecks(
  { resources }: Stack,
  coordinators: readonly RuntimePod[],
  { requireHealthCheck }: Config,
): StackFinding[] {
  const [, second] = new Map(coordinators.map(({ placed }) => [placed.cluster, placed] as const)).values();
  const isChecked = resources.some(({ type }) => type === HEALTH_CHECK);
  if (!requireHealthCheck || second === undefined || isChecked) return [];
  const reason = "the stack has no health check, so nobody leaves out a region that is ill.";
  const finding = violation(second.manifest.root, reason, "Make a health check of Route 53 for each region.");
  return [{ placed: second, finding }];
}

function coordinator(region: string, app: string): object {
  const container = { name: "coordinator", env: [{ name: ENV.region, value: region }] };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: COORDINATOR, namespace: "ai-agents" },
    spec: {
      template: {
        metadata: { labels: { app, tier: "coordinator" } },
        spec: { containers: [container] },
      },
    },
  };
}

import { Field } from "../manifests/field.ts";
import type { Parameters } from "../pack/facts.ts";
import { violation } from "../pack/finding.ts";
import { type StackFinding, stackPolicy } from "../pack/stack-policy.ts";
import { type Demand, type StackDemand, stackDemand } from "./demand.ts";
import { largest, regionOf, rounded, total } from "./largest.ts";

interface Config {
  readonly regionCpuCores: number;
  readonly regionMemoryGiB: number;
  readonly regionPods: number;
  readonly stackCpuCores: number;
  readonly stackMemoryGiB: number;
  readonly stackPods: number;
  readonly nodes: number;
}

const REMEDY =
  "Lower requests, replicas or the maximum of an autoscaler, or raise the ceiling in the policy's configuration with the budget.";

const ceiling = (value: number, description: string) => ({
  type: "number" as const,
  minimum: 0,
  default: value,
  description,
});
const PARAMETERS: Parameters<Config> = {
  regionCpuCores: ceiling(20, "Cores that the workloads of one region may request together."),
  regionMemoryGiB: ceiling(48, "Memory, in GiB, that the workloads of one region may request together."),
  regionPods: ceiling(80, "Pods that the workloads of one region may run together."),
  stackCpuCores: ceiling(60, "Cores that the workloads of all regions may request together."),
  stackMemoryGiB: ceiling(144, "Memory, in GiB, that the workloads of all regions may request together."),
  stackPods: ceiling(240, "Pods that the workloads of all regions may run together."),
  nodes: ceiling(10, "Nodes of a region: as many pods count for a DaemonSet."),
};

const deployment = (replicas: number, cpu: string) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "agent", namespace: "ai-agents" },
  spec: {
    replicas,
    template: { spec: { containers: [{ name: "main", resources: { requests: { cpu, memory: "512Mi" } } }] } },
  },
});

export const stackLimitResources = stackPolicy<Config>({
  name: "stack-limit-resources",
  description:
    "All workloads together request no more CPU, memory and pods than planned, at their highest number of pods.",
  severity: "medium",
  controls: [{ framework: "nist", control: "SC-5, SC-6" }],
  reason:
    "Each workload may be modest and all together more than the clusters hold: then pods stay pending on the day on which everything scales.",
  remedy: REMEDY,
  parameters: PARAMETERS,
  examples: {
    pass: [{ what: "three pods of half a core", objects: [deployment(3, "500m")] }],
    fail: [
      { what: "eleven pods of two cores", objects: [deployment(11, "2")] },
      { what: "a hundred pods", objects: [deployment(100, "10m")] },
      { what: "a quantity that is none", objects: [deployment(3, "lots")] },
    ],
  },
  judge: (stack, config) => judgeDemand(stackDemand(stack, config.nodes), config),
});

const MEASURES = [
  {
    unit: "cores",
    amountOf: (demand: Demand) => demand.cpuCores,
    region: "regionCpuCores",
    stack: "stackCpuCores",
  },
  {
    unit: "GiB of memory",
    amountOf: (demand: Demand) => demand.memoryGiB,
    region: "regionMemoryGiB",
    stack: "stackMemoryGiB",
  },
  { unit: "pods", amountOf: (demand: Demand) => demand.pods, region: "regionPods", stack: "stackPods" },
] as const;

/** Values that are not known yet matter as long as no ceiling is passed without them. */
function judgeDemand({ demands, findings }: StackDemand, config: Config): StackFinding[] {
  const regions = Map.groupBy(demands, ({ placed }) => placed.cluster);
  const sums = [
    { where: "all regions together", members: demands, key: "stack" as const },
    ...Array.from(regions.values(), (members) => ({
      where: `the region ${members.slice(0, 1).map(regionOf).join("")}`,
      members,
      key: "region" as const,
    })),
  ];
  const exceeded = sums.flatMap(({ where, members, key }) =>
    MEASURES.flatMap((measure) => judgeSum(where, members, measure, config[measure[key]])),
  );
  const known = findings.filter(({ finding }) => finding.type === "violation");
  return exceeded.length > 0 ? [...exceeded, ...known] : [...findings];
}

function judgeSum(
  where: string,
  members: readonly Demand[],
  { unit, amountOf }: (typeof MEASURES)[number],
  most: number,
): StackFinding[] {
  const sum = total(members, amountOf);
  if (sum <= most) return [];
  const reason = `it asks for ${rounded(sum)} ${unit} in ${where}, ${most} are planned: ${largest(members, amountOf)}.`;
  return [{ finding: violation(Field.root(undefined), reason, REMEDY) }];
}

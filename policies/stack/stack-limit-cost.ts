import { Field } from "../manifests/field.ts";
import type { Parameters } from "../pack/facts.ts";
import { violation } from "../pack/finding.ts";
import { type StackFinding, stackPolicy } from "../pack/stack-policy.ts";
import { type Demand, stackDemand } from "./demand.ts";
import { largest, rounded, total } from "./largest.ts";

interface Config {
  readonly monthlyUsd: number;
  readonly cpuCoreHourUsd: number;
  readonly memoryGiBHourUsd: number;
  readonly storageGiBMonthUsd: number;
  readonly nodes: number;
}

/** 365 days of 24 hours by 12 months. */
const HOURS_PER_MONTH = 730;

const REMEDY =
  "Lower requests, volumes, replicas or the maximum of an autoscaler, or raise monthlyUsd in the policy's configuration.";
const SOURCE = "the list price of AWS in us-east-1, as of March 2026, rounded up";

const amount = (value: number, description: string) => ({
  type: "number" as const,
  minimum: 0,
  default: value,
  description,
});
const PARAMETERS: Parameters<Config> = {
  monthlyUsd: amount(
    1500,
    "What a month may cost at the highest number of pods, in USD: requests and volumes alone, without tokens, load balancers, traffic, managed services and the surge of a roll-out.",
  ),
  cpuCoreHourUsd: amount(
    0.041,
    `Price of a core for an hour, in USD: ${SOURCE} (Fargate, Linux on x86, 0.04048 on demand).`,
  ),
  memoryGiBHourUsd: amount(
    0.0045,
    `Price of a GiB of memory for an hour, in USD: ${SOURCE} (Fargate, Linux on x86, 0.004445 on demand).`,
  ),
  storageGiBMonthUsd: amount(
    0.08,
    `Price of a GiB of volume for a month, in USD: ${SOURCE} (EBS gp3, 0.08).`,
  ),
  nodes: amount(10, "Nodes of a region: as many pods count for a DaemonSet."),
};

const deployment = (replicas: number) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "agent", namespace: "ai-agents" },
  spec: {
    replicas,
    template: {
      spec: { containers: [{ name: "main", resources: { requests: { cpu: "1", memory: "4Gi" } } }] },
    },
  },
});

export const stackLimitCost = stackPolicy<Config>({
  name: "stack-limit-cost",
  description:
    "What all workloads request in CPU, memory and volumes costs no more a month than planned, at their highest number of pods.",
  severity: "medium",
  controls: [{ framework: "nist", control: "SA-2, SC-6" }],
  reason:
    "One figure in a stack's configuration, such as the maximum of an autoscaler, can multiply the bill unseen.",
  remedy: REMEDY,
  parameters: PARAMETERS,
  examples: {
    pass: [{ what: "three pods of one core and 4 GiB, 129 USD", objects: [deployment(3)] }],
    fail: [{ what: "forty pods of one core and 4 GiB, 1723 USD", objects: [deployment(40)] }],
  },
  judge: (stack, config) => {
    const { demands, findings } = stackDemand(stack, config.nodes);
    const exceeded = judgeCost(demands, config);
    const known = findings.filter(({ finding }) => finding.type === "violation");
    return exceeded.length > 0 ? [...exceeded, ...known] : findings;
  },
});

function judgeCost(demands: readonly Demand[], config: Config): StackFinding[] {
  const costOf = (demand: Demand) => monthlyCost(demand, config);
  const sum = total(demands, costOf);
  if (sum <= config.monthlyUsd) return [];
  const reason = `it may cost ${rounded(sum)} USD a month, ${config.monthlyUsd} are planned: ${largest(demands, costOf)}.`;
  return [{ finding: violation(Field.root(undefined), reason, REMEDY) }];
}

function monthlyCost({ cpuCores, memoryGiB, storageGiB }: Demand, prices: Config): number {
  const hourly = cpuCores * prices.cpuCoreHourUsd + memoryGiB * prices.memoryGiBHourUsd;
  return hourly * HOURS_PER_MONTH + storageGiB * prices.storageGiBMonthUsd;
}

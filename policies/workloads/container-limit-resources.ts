import type { Field } from "../manifests/field.ts";
import type { ContainerList } from "../manifests/pod-templates.ts";
import { parseQuantity } from "../manifests/quantity.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { podPolicy } from "../pack/pod-policy.ts";

interface Config {
  readonly maxCpu: string;
  readonly maxMemory: string;
  readonly maxEphemeralStorage: string;
  readonly maxCpuRatio: number;
  readonly maxMemoryRatio: number;
  readonly maxEphemeralStorageRatio: number;
}

const RESOURCES = [
  { resource: "cpu", ceiling: "maxCpu", ratio: "maxCpuRatio" },
  { resource: "memory", ceiling: "maxMemory", ratio: "maxMemoryRatio" },
  { resource: "ephemeral-storage", ceiling: "maxEphemeralStorage", ratio: "maxEphemeralStorageRatio" },
] as const;

const ceiling = (of: string, value: string) => ({
  type: "string" as const,
  minLength: 1,
  default: value,
  description: `The most ${of} that one container, or a pod with bounds of its own, may be given, as a Kubernetes quantity.`,
});
const ratio = (of: string, value: number) => ({
  type: "number" as const,
  minimum: 1,
  default: value,
  description: `How many times its request of ${of} the limit of a container may be.`,
});

/** The API refuses resources of ephemeral containers: they run within what the pod already has. */
const lists: readonly ContainerList[] = ["containers", "initContainers"];

const policy = podPolicy<Config>({
  name: "container-limit-resources",
  description: "The limits of a container stay below a ceiling and near to its requests.",
  severity: "medium",
  controls: [
    { framework: "nist", control: "SC-5, SC-6" },
    { framework: "nsa", control: "Network separation and hardening: Resource policies" },
  ],
  reason:
    "A slip in a unit (8000 for 8000m) reserves or takes a whole node. Limits far above the requests promise the same node many " +
    "times: when it is used, pods are slowed, evicted or killed that kept to what they asked for.",
  remedy:
    "Lower the limit, or raise the request to what the container really needs. Where both are right, raise the policy's parameter.",
  parameters: {
    maxCpu: ceiling("CPU", "8"),
    maxMemory: ceiling("memory", "32Gi"),
    maxEphemeralStorage: ceiling("local disk", "20Gi"),
    // An exporter that asks for 10m must be able to answer a scrape in time with 100m.
    maxCpuRatio: ratio("CPU", 10),
    // Memory cannot be taken back: the kernel kills.
    maxMemoryRatio: ratio("memory", 4),
    maxEphemeralStorageRatio: ratio("local disk", 10),
  },
  examples: {
    pass: [
      { what: "a limit of four times the request", container: withCpu("250m", "1") },
      { what: "a limit equal to the request", container: withCpu("8", "8") },
    ],
    fail: [
      { what: "a slip in the unit", container: withCpu("8000", "8000") },
      { what: "a request above the limit", container: withCpu("2", "1") },
      { what: "a limit of twenty times the request", container: withCpu("50m", "1") },
      { what: "a request of nothing below a limit", container: withCpu("0", "1") },
      { what: "a limit of zero, which means none", container: withCpu("250m", "0") },
      { what: "a request of the whole pod above the ceiling", pod: withCpu("1000", "1000") },
    ],
  },
  judge: ({ spec, containers }, config) =>
    // What the pod reserves and bounds for all its containers counts beside what each has.
    [{ label: "the pod", field: spec }, ...containers.filter(({ list }) => lists.includes(list))].flatMap(
      ({ label, field }) => RESOURCES.flatMap((resource) => judgeResource(label, field, resource, config)),
    ),
});

export const containerLimitResources = { ...policy, lists };

function withCpu(request: string, limit: string) {
  return { resources: { requests: { cpu: request }, limits: { cpu: limit } } };
}

interface Amount {
  readonly name: string;
  readonly field: Field;
  /** Not a number where it is missing, unknown or no quantity, and so neither above nor below anything. */
  readonly value: number;
}

function judgeResource(
  label: string,
  owner: Field,
  { resource, ceiling: maximum, ratio: factor }: (typeof RESOURCES)[number],
  config: Config,
): Finding[] {
  const [limit, request] = (["limits", "requests"] as const).map((bound): Amount => {
    const field = owner.at("resources", bound, resource);
    return {
      name: `${bound}.${resource} of ${label}`,
      field,
      value: parseQuantity(field.value) ?? Number.NaN,
    };
  }) as [Amount, Amount];
  const problems = [...judgeQuantity(limit), ...judgeQuantity(request), ...judgeLimit(limit)];
  if (problems.length > 0) return problems;
  const above = [limit, request].find(({ value }) => exceeds(value, quantityOf(maximum, config[maximum])));
  if (above) return [refuse(above, `above the ceiling of ${config[maximum]}`)];
  const open = [limit, request].filter(({ field }) => field.unknown);
  if (open.length > 0) return open.map(({ field }) => undecided(field));
  return judgeRatio(limit, request, config[factor]);
}

function judgeQuantity(amount: Amount): Finding[] {
  if (amount.field.unknown || amount.field.missing || !Number.isNaN(amount.value)) return [];
  return [refuse(amount, "no quantity")];
}

function judgeLimit(limit: Amount): Finding[] {
  return limit.value <= 0 ? [refuse(limit, "no bound at all")] : [];
}

/** A request that is missing is filled in with the limit, and a limit that is missing is for another policy. */
function judgeRatio(limit: Amount, request: Amount, factor: number): Finding[] {
  const bound = JSON.stringify(limit.field.value);
  if (exceeds(request.value, limit.value)) return [refuse(request, `above its limit of ${bound}`)];
  if (!exceeds(limit.value, request.value * factor)) return [];
  const asked = JSON.stringify(request.field.value);
  return [refuse(limit, `more than ${factor} times its request of ${asked}`)];
}

function refuse({ name, field }: Amount, problem: string): Finding {
  const reason = `${name} is ${JSON.stringify(field.value)}, which is ${problem}.`;
  return violation(
    field,
    reason,
    "Lower the limit, or raise the request to what the container really needs.",
  );
}

/** Compared to nine places, the finest that a quantity has: thrice 0.1 is more than 0.3 in binary. */
function exceeds(value: number, maximum: number): boolean {
  return Number(value.toFixed(9)) > Number(maximum.toFixed(9));
}

function quantityOf(parameter: string, quantity: string): number {
  const value = parseQuantity(quantity);
  if (value === undefined)
    throw new Error(`the parameter ${parameter} is ${JSON.stringify(quantity)}, which is no quantity`);
  return value;
}

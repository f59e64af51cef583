import type { Field } from "../manifests/field.ts";
import type { Container } from "../manifests/pod-templates.ts";
import { parseQuantity } from "../manifests/quantity.ts";
import { containerPolicy } from "../pack/container-policy.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";

interface Config {
  readonly cpuLimit: "required" | "optional";
}

/** What a container must state, with an example of each. */
const REQUIREMENTS = [
  { bound: "requests", resource: "cpu", example: '"250m"' },
  { bound: "requests", resource: "memory", example: '"256Mi"' },
  { bound: "requests", resource: "ephemeral-storage", example: '"128Mi"' },
  { bound: "limits", resource: "cpu", example: '"1"' },
  { bound: "limits", resource: "memory", example: '"512Mi"' },
  { bound: "limits", resource: "ephemeral-storage", example: '"1Gi"' },
] as const;

const REASON =
  "without requests the scheduler cannot place it by need and the autoscaler cannot compute its use; without limits it can take the whole node.";

export const containerRequireResources = containerPolicy<Config>({
  name: "container-require-resources",
  description: "Every container states requests and limits for CPU, memory and ephemeral storage.",
  severity: "high",
  controls: [
    { framework: "nist", control: "SC-5, SC-6" },
    { framework: "nsa", control: "Network separation and hardening: Resource policies" },
  ],
  reason:
    "Without requests the scheduler cannot place a pod by its need; without limits one container can take the whole node. " +
    "CPU limits are required because bounded neighbours are promised: an agent that spins is slowed, not its node.",
  remedy:
    "Set resources.requests and resources.limits, for example 250m, 256Mi and 128Mi, and 1, 512Mi and 1Gi.",
  parameters: {
    cpuLimit: {
      type: "string",
      enum: ["required", "optional"],
      default: "required",
      description:
        "Whether containers need a CPU limit, `required` or `optional`; everything else is always needed.",
    },
  },
  examples: {
    pass: [
      { what: "a limit equal to the request", container: { resources: { limits: { memory: "256Mi" } } } },
    ],
    fail: [
      { what: "no resources at all", container: { resources: null } },
      { what: "no limit of memory", container: { resources: { limits: { memory: null } } } },
      { what: "no request of CPU", container: { resources: { requests: { cpu: null } } } },
      { what: "no bound of local disk", container: { resources: { limits: { "ephemeral-storage": null } } } },
      { what: "a limit that bounds nothing", container: { resources: { limits: { cpu: 0 } } } },
      { what: "a unit that does not exist", container: { resources: { limits: { memory: "2GB" } } } },
    ],
  },
  // The API refuses resources of ephemeral containers: they run within what the pod already has.
  lists: ["containers", "initContainers"],
  judge: judgeContainer,
});

function judgeContainer({ label, field }: Container, { cpuLimit }: Config): Finding[] {
  const resources = field.at("resources");
  const quantities = REQUIREMENTS.filter(
    ({ bound, resource }) => cpuLimit === "required" || bound !== "limits" || resource !== "cpu",
  ).map(({ bound, resource, example }) => ({
    name: `${bound}.${resource}`,
    example,
    quantity: resources.at(bound, resource),
  }));
  const missing = quantities.filter(({ quantity }) => quantity.missing);
  const findings = quantities.flatMap(({ name, quantity }) => judgeQuantity(`${name} of ${label}`, quantity));
  if (missing.length === 0) return findings;
  const names = missing.map(({ name }) => name).join(", ");
  const examples = missing.map(({ name, example }) => `${name}: ${example}`).join(", ");
  return [
    violation(resources, `${label} states no ${names}: ${REASON}`, `Set resources, for example ${examples}.`),
    ...findings,
  ];
}

function judgeQuantity(name: string, quantity: Field): Finding[] {
  if (quantity.unknown) return [undecided(quantity)];
  if (quantity.missing) return [];
  const amount = parseQuantity(quantity.value);
  if ((amount ?? 0) > 0) return [];
  const problem = amount === undefined ? "is no quantity" : "is not above zero and so bounds nothing";
  const reason = `${name} is ${JSON.stringify(quantity.value)}, which ${problem}.`;
  return [violation(quantity, reason, 'Write cores as "500m" or "1" and memory as "512Mi".')];
}

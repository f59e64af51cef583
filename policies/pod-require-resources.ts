import type { Field } from "./field.ts";
import { type Finding, undecided, violation } from "./finding.ts";
import { type Container, containersOf } from "./pod-templates.ts";
import { parseQuantity } from "./quantity.ts";
import { resourcePolicy } from "./resource-policy.ts";

interface Config {
  /** Whether a container needs a CPU limit: without one it may take what its neighbours leave idle. */
  readonly cpuLimit: "required" | "optional";
}

/** What a container must state, with an example of each. */
const REQUIREMENTS = [
  { bound: "requests", resource: "cpu", example: '"250m"' },
  { bound: "requests", resource: "memory", example: '"256Mi"' },
  { bound: "limits", resource: "cpu", example: '"1"' },
  { bound: "limits", resource: "memory", example: '"512Mi"' },
] as const;

const REASON =
  "without requests the scheduler cannot place it by need and the autoscaler cannot compute its use; without limits it can take the whole node.";

export const podRequireResources = resourcePolicy<Config>({
  name: "pod-require-resources",
  description: "Every container states requests and limits for CPU and memory.",
  properties: {
    cpuLimit: {
      type: "string",
      enum: ["required", "optional"],
      default: "required",
      description: "Whether containers need a CPU limit; everything else is always needed.",
    },
  },
  defaults: { cpuLimit: "required" },
  judge: (manifest, config) =>
    containersOf(manifest)
      .filter(canHaveResources)
      .flatMap((container) => judgeContainer(container, config)),
});

/** The API refuses resources of ephemeral containers: they run within what the pod already has. */
function canHaveResources({ list }: Container): boolean {
  return list !== "ephemeralContainers";
}

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
  if (amount !== undefined && amount > 0) return [];
  const problem = amount === undefined ? "is no quantity" : "is not above zero and so bounds nothing";
  const reason = `${name} is ${JSON.stringify(quantity.value)}, which ${problem}.`;
  return [violation(quantity, reason, 'Write cores as "500m" or "1" and memory as "512Mi".')];
}

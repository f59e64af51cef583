import type { Field } from "../manifests/field.ts";
import { type Finding, violation } from "../pack/finding.ts";
import { gatewayExample, gatewayPolicy, mappingOf } from "./gateway-file.ts";

interface Config {
  readonly maxMemoryMiB: number;
  readonly maxFuel: number;
  readonly maxWallClockSeconds: number;
}

const LIMITS = ["memoryMiB", "fuel", "wallClockSeconds"] as const;
const REMEDY = `Write ${LIMITS.join(", ")} and the list imports for each sandbox.`;

const WHOLE = { memoryMiB: 128, fuel: 1_000_000_000, wallClockSeconds: 30, imports: ["log"] };
const sandbox = (changes: object) => gatewayExample({ sandboxes: { review: { ...WHOLE, ...changes } } });

export const sandboxRequireLimits = gatewayPolicy<Config>({
  name: "sandbox-require-limits",
  description: "A sandbox of an agent limits memory, fuel, time and what may be imported.",
  severity: "high",
  controls: [{ framework: "nist", control: "SC-39, SC-6, CM-7" }],
  reason:
    "Code that an agent wrote or fetched loops, grows and calls out. The runtime has no sandboxes yet and refuses a file that states any: " +
    "until it has, no stack of this project holds one, and this policy has nothing to judge there.",
  remedy: REMEDY,
  parameters: {
    maxMemoryMiB: {
      type: "integer",
      minimum: 1,
      default: 512,
      description: "The most memory that a sandbox may take, in MiB.",
    },
    maxFuel: {
      type: "integer",
      minimum: 1,
      default: 10_000_000_000,
      description: "The most fuel that a run may burn, about one for each instruction.",
    },
    maxWallClockSeconds: {
      type: "number",
      exclusiveMinimum: 0,
      default: 300,
      description: "The longest that a run may take, in seconds.",
    },
  },
  examples: {
    pass: [
      { what: "no sandbox", objects: [gatewayExample({})] },
      { what: "a sandbox with all limits", objects: [sandbox({})] },
      { what: "a sandbox that imports nothing", objects: [sandbox({ imports: [] })] },
    ],
    fail: [
      { what: "no bound of memory", objects: [sandbox({ memoryMiB: null })] },
      { what: "fuel without end", objects: [sandbox({ fuel: -1 })] },
      { what: "an hour", objects: [sandbox({ wallClockSeconds: 3600 })] },
      { what: "no list of imports", objects: [sandbox({ imports: null })] },
      { what: "every import", objects: [sandbox({ imports: ["*"] })] },
    ],
  },
  judge: (rules, config) =>
    mappingOf(rules.at("sandboxes")).flatMap(([name, limits]) => judgeSandbox(name, limits, config)),
});

function judgeSandbox(name: string, sandboxed: Field, config: Config): Finding[] {
  const highest = [config.maxMemoryMiB, config.maxFuel, config.maxWallClockSeconds];
  return [
    ...LIMITS.flatMap((limit, index) => judgeLimit(name, limit, sandboxed.at(limit), highest[index] ?? 0)),
    ...judgeImports(name, sandboxed.at("imports")),
  ];
}

function judgeLimit(name: string, limit: string, field: Field, highest: number): Finding[] {
  const { value } = field;
  if (typeof value === "number" && value > 0 && value <= highest) return [];
  const got = field.missing ? `no ${limit}` : `the ${limit} ${JSON.stringify(value)}`;
  return [
    violation(field, `the sandbox ${name} has ${got}.`, `Write a number above 0 and up to ${highest}.`),
  ];
}

/** An empty list allows nothing; where there is none, nobody knows what is allowed. */
function judgeImports(name: string, field: Field): Finding[] {
  if (field.missing) return [violation(field, `the sandbox ${name} has no list of imports.`, REMEDY)];
  const wide = field.items().filter(({ text = "" }) => text === "" || /[*?]/.test(text));
  return wide.map((item) =>
    violation(
      item,
      `the sandbox ${name} may import ${JSON.stringify(item.value)}, which names nothing.`,
      "Name each import in full.",
    ),
  );
}

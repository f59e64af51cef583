import type { Field } from "../manifests/field.ts";
import { type Finding, violation } from "../pack/finding.ts";
import { isRetired, modelId } from "./catalogue.ts";
import { gatewayExample, gatewayPolicy, mappingOf } from "./gateway-file.ts";

interface Config {
  readonly models: readonly string[];
}

/** The models that answer in the place of one, by their ids. */
interface Chain {
  readonly name: string;
  readonly id: string;
  readonly field: Field;
  readonly fallbacks: readonly string[];
}

const REMEDY =
  'Write fallbacks as a list for each model that clients use, for example "claude-opus-5-5": ["claude-sonnet-5-5"].';

export const modelRequireFallback = gatewayPolicy<Config>({
  name: "model-require-fallback",
  description: "Models have fallbacks, which are others than themselves, not retired and not in a circle.",
  severity: "high",
  controls: [{ framework: "nist", control: "CP-10, SI-13" }],
  reason:
    "While a model is overloaded its requests fail unless another answers. A model that falls back to itself, or to one that falls " +
    "back to it, sends the load round in the same trouble.",
  remedy: REMEDY,
  parameters: {
    models: {
      type: "array",
      items: { type: "string", minLength: 1 },
      default: [],
      description:
        "Ids or aliases of the models that need a chain; an empty list demands one chain at least.",
    },
  },
  examples: {
    pass: [
      {
        what: "chains that go one way",
        objects: [
          gatewayExample({
            fallbacks: {
              "claude-opus-5-5": ["claude-opus-5", "claude-sonnet-5-5"],
              "claude-sonnet-5-5": ["claude-sonnet-5"],
            },
          }),
        ],
      },
    ],
    fail: [
      { what: "no chain at all", objects: [gatewayExample({})] },
      { what: "an empty chain", objects: [gatewayExample({ fallbacks: { "claude-opus-5-5": [] } })] },
      {
        what: "a model that falls back to itself",
        objects: [gatewayExample({ fallbacks: { "claude-opus-5-5": ["claude-opus-5-5"] } })],
      },
      {
        what: "a circle",
        objects: [
          gatewayExample({
            fallbacks: { "claude-opus-5-5": ["claude-sonnet-5-5"], "claude-sonnet-5-5": ["claude-opus-5-5"] },
          }),
        ],
      },
      {
        what: "fallbacks that are all retired",
        objects: [gatewayExample({ fallbacks: { "claude-opus-5-5": ["claude-opus-4-1"] } })],
      },
    ],
  },
  judge: (rules, config) => {
    const fallbacks = rules.at("fallbacks");
    const chains = chainsOf(fallbacks);
    return [
      ...judgeMissing(fallbacks, chains, config),
      ...chains.flatMap(judgeChain),
      ...judgeCircle(fallbacks, circleOf(chains)),
    ];
  },
});

function chainsOf(fallbacks: Field): Chain[] {
  return mappingOf(fallbacks).map(([name, field]) => ({
    name,
    id: modelId(name),
    field,
    fallbacks: field.items().map((item) => modelId(String(item.value))),
  }));
}

function judgeMissing(fallbacks: Field, chains: readonly Chain[], { models }: Config): Finding[] {
  const missing = models.filter((model) => !chains.some(({ id }) => id === modelId(model)));
  if (missing.length > 0) return [violation(fallbacks, `${missing.join(", ")} has no chain.`, REMEDY)];
  return chains.length > 0 ? [] : [violation(fallbacks, "no model has a fallback.", REMEDY)];
}

function judgeChain({ name, id, field, fallbacks }: Chain): Finding[] {
  if (fallbacks.length === 0) return [violation(field, `the chain of ${name} is empty.`, REMEDY)];
  if (fallbacks.every(isRetired)) {
    return [violation(field, `every fallback of ${name} is retired, so it has none.`, REMEDY)];
  }
  const seen = new Set([id]);
  const twice = fallbacks.find((model) => seen.size === seen.add(model).size);
  if (twice === undefined) return [];
  const reason = `the chain of ${name} comes to ${twice} twice, which has failed by then.`;
  return [violation(field, reason, "Let every model stand once, and not in its own chain.")];
}

function judgeCircle(fallbacks: Field, circle: readonly string[] | undefined): Finding[] {
  if (circle === undefined) return [];
  const reason = `the chains go in a circle: ${circle.join(" → ")}.`;
  return [violation(fallbacks, reason, "Let every chain go one way.")];
}

/** A circle that the chains make; a model that falls back to itself is told of with its chain. */
function circleOf(chains: readonly Chain[]): string[] | undefined {
  const next = new Map(chains.map(({ id, fallbacks }) => [id, fallbacks.filter((model) => model !== id)]));
  const done = new Set<string>();
  const path = new Set<string>();
  const walk = (id: string): string[] | undefined => {
    if (path.has(id)) return [...[...path].slice([...path].indexOf(id)), id];
    if (done.has(id)) return undefined;
    done.add(id);
    path.add(id);
    for (const model of next.get(id) ?? []) {
      const circle = walk(model);
      if (circle !== undefined) return circle;
    }
    path.delete(id);
    return undefined;
  };
  return chains.map(({ id }) => walk(id)).find((circle) => circle !== undefined);
}

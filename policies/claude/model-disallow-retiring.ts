import { type Finding, violation } from "../pack/finding.ts";
import { daysUntil, findModel, type Model } from "./catalogue.ts";
import { gatewayExample } from "./gateway-file.ts";
import { modelPolicy, type NamedModel } from "./named-models.ts";

interface Config {
  readonly days: number;
  readonly onlyAnnounced: boolean;
}

export const modelDisallowRetiring = modelPolicy<Config>({
  name: "model-disallow-retiring",
  description: "No model that a stack uses is retired, deprecated without a date, or may be retired soon.",
  severity: "high",
  controls: [{ framework: "nist", control: "SA-22" }],
  reason:
    "From the day of its retirement on the upstream refuses every request for a model; a fallback that is gone is none. The dates are " +
    "those of agent-runtime/data/models.json. A model that only has a chain may be old: clients that still ask for it are answered by the chain.",
  remedy: "Use the replacement that the message names, or another model that stays longer.",
  parameters: {
    days: {
      type: "integer",
      minimum: 0,
      default: 60,
      description: "How many days a model has to stay at least, from today; the maker's notice is 60 days.",
    },
    onlyAnnounced: {
      type: "boolean",
      default: false,
      description:
        "Whether only announced retirements count, and not the day until which the maker has promised to keep a model.",
    },
  },
  examples: {
    pass: [
      {
        what: "a model whose retirement nobody has announced",
        objects: [gatewayExample({ fallbacks: { "claude-opus-5-5": ["claude-opus-4-8"] } })],
      },
      {
        what: "a chain that answers for a retired model",
        objects: [gatewayExample({ fallbacks: { "claude-opus-4-1": ["claude-opus-4-8"] } })],
      },
    ],
    fail: [
      {
        what: "a retired fallback",
        objects: [gatewayExample({ fallbacks: { "claude-opus-5-5": ["claude-opus-4-1"] } })],
      },
      {
        what: "a retired model in the environment",
        container: { env: [{ name: "ANTHROPIC_MODEL", value: "claude-sonnet-4-20250514" }] },
      },
    ],
  },
  uses: ["fallback", "variable"],
  judge: judgeModel,
});

function judgeModel({ name, field }: NamedModel, config: Config): Finding[] {
  const model = findModel(name);
  if (model === undefined) return [];
  const problem = problemOf(model, config);
  if (problem === undefined) return [];
  const use = model.replacement === null ? "Use a model that stays longer" : `Use ${model.replacement}`;
  return [
    violation(
      field,
      `the model ${name} ${problem}.`,
      `${use}; agent-runtime/data/models.json has the dates.`,
    ),
  ];
}

function problemOf(model: Model, { days, onlyAnnounced }: Config): string | undefined {
  const { retiresOn, deprecatedOn, retiresNotBefore } = model;
  if (retiresOn !== null) {
    if (daysUntil(retiresOn) <= 0) return `was retired on ${retiresOn}`;
    return daysUntil(retiresOn) <= days ? `is retired on ${retiresOn}, within ${days} days` : undefined;
  }
  if (daysUntil(deprecatedOn) <= 0) {
    return `is deprecated since ${deprecatedOn}, and may be retired any day`;
  }
  if (onlyAnnounced || daysUntil(retiresNotBefore) > days) return undefined;
  return `is only promised until ${retiresNotBefore}, which is not ${days} days from now`;
}

import { violation } from "../pack/finding.ts";
import { modelId } from "./catalogue.ts";
import { gatewayExample } from "./gateway-file.ts";
import { modelPolicy } from "./named-models.ts";

interface Config {
  readonly allowedModels: readonly string[];
}

export const modelLimitChoice = modelPolicy<Config>({
  name: "model-limit-choice",
  description: "A stack names only models that the policy's configuration allows, all where it lists none.",
  severity: "medium",
  controls: [{ framework: "nist", control: "CM-7(5), SA-9" }],
  reason:
    "What was assessed is a model, not a provider: another one costs, answers and is licensed differently. Who may ask the gateway " +
    "for which model is for rules of Cedar; here it is about what the stack itself chooses.",
  remedy: "Name an allowed model, or have the new one allowed in allowedModels.",
  parameters: {
    allowedModels: {
      type: "array",
      items: { type: "string", minLength: 1 },
      default: [],
      description: "Ids or aliases of the models that may be named; an empty list allows all.",
    },
  },
  examples: {
    pass: [
      {
        what: "any model, where none are listed",
        objects: [gatewayExample({ fallbacks: { "claude-opus-5-5": ["claude-haiku-5-5"] } })],
      },
    ],
    fail: [
      {
        what: "a number in the place of a model",
        objects: [gatewayExample({ fallbacks: { "claude-opus-5-5": [5] } })],
      },
    ],
  },
  uses: ["chain", "fallback", "variable"],
  judge: ({ name, field }, { allowedModels }) => {
    const isAllowed = allowedModels.length === 0 || allowedModels.map(modelId).includes(modelId(name));
    if (isAllowed) return [];
    const reason = `the model ${JSON.stringify(name)} is none of those that are allowed.`;
    return [violation(field, reason, `Name one of ${allowedModels.join(", ")}.`)];
  },
});

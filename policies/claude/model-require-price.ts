import { violation } from "../pack/finding.ts";
import { findModel } from "./catalogue.ts";
import { gatewayExample } from "./gateway-file.ts";
import { modelPolicy } from "./named-models.ts";

const REMEDY = "Name a model with prices, or add the prices to agent-runtime/data/models.json.";

export const modelRequirePrice = modelPolicy({
  name: "model-require-price",
  description: "Every model that may answer has a price for each kind of token.",
  severity: "high",
  controls: [{ framework: "nist", control: "SC-6" }],
  reason:
    "What a request may cost is set aside at the price of the dearest model of its chain. Where one has none, requests are refused " +
    "wherever a budget applies, or no budget holds.",
  remedy: REMEDY,
  parameters: {},
  examples: {
    pass: [
      {
        what: "models with prices",
        objects: [gatewayExample({ fallbacks: { "claude-opus-5-5": ["claude-sonnet-5-5"] } })],
      },
    ],
    fail: [
      {
        what: "a model of which nobody knows the price",
        objects: [gatewayExample({ fallbacks: { "claude-opus-5-5": ["claude-next"] } })],
      },
    ],
  },
  uses: ["chain", "fallback", "variable"],
  judge: ({ name, field }) => {
    const prices = Object.values(findModel(name)?.usdPerMillionTokens ?? {});
    if (prices.length > 0 && prices.every((price) => price > 0)) return [];
    return [violation(field, `the price of the model ${JSON.stringify(name)} is not known.`, REMEDY)];
  },
});

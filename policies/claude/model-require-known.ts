import { violation } from "../pack/finding.ts";
import { findModel } from "./catalogue.ts";
import { gatewayExample } from "./gateway-file.ts";
import { modelPolicy } from "./named-models.ts";

const REMEDY = "Write an id or an alias of agent-runtime/data/models.json, or add the model there.";

export const modelRequireKnown = modelPolicy({
  name: "model-require-known",
  description: "Every model that a stack names is in the runtime's list of models.",
  severity: "high",
  controls: [{ framework: "nist", control: "CM-6, SI-10" }],
  reason:
    "A misspelt fallback is found when it is needed: the runtime refuses the file, or the upstream every request. A rule of Cedar " +
    "about a model that does not exist never holds.",
  remedy: REMEDY,
  parameters: {},
  examples: {
    pass: [
      {
        what: "models by id",
        objects: [gatewayExample({ fallbacks: { "claude-opus-5-5": ["claude-sonnet-5-5"] } })],
      },
      {
        what: "a model by alias",
        container: { env: [{ name: "ANTHROPIC_MODEL", value: "claude-haiku-4-5" }] },
      },
      {
        what: "a model of somebody else",
        container: { env: [{ name: "EMBEDDING_MODEL", value: "voyage-4" }] },
      },
    ],
    fail: [
      {
        what: "a fallback that does not exist",
        objects: [gatewayExample({ fallbacks: { "claude-opus-5-5": ["claude-sonnet-55"] } })],
      },
      {
        what: "a chain for a model that does not exist",
        objects: [gatewayExample({ fallbacks: { "claude-opus": ["claude-sonnet-5-5"] } })],
      },
      {
        what: "a model in the environment that does not exist",
        container: { env: [{ name: "ANTHROPIC_MODEL", value: "opus" }] },
      },
    ],
  },
  uses: ["chain", "fallback", "variable", "rule"],
  judge: ({ name, field }) =>
    findModel(name) === undefined
      ? [violation(field, `the runtime knows no model ${JSON.stringify(name)}.`, REMEDY)]
      : [],
});

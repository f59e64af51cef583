import { parse, stringify } from "yaml";
import models from "../../../../agent-runtime/data/models.json" with { type: "json" };
import { runProgram, twist } from "../twist.ts";

const retired = models.models.find(
  ({ retiresOn }) => retiresOn !== null && Date.parse(retiresOn) < Date.now(),
);
if (retired === undefined) throw new Error("models.json knows no retired model");

twist("kubernetes:core/v1:ConfigMap", ({ data }) => {
  if (data["gateway.yaml"] === undefined) return;
  const gateway = parse(data["gateway.yaml"]);
  gateway.fallbacks["claude-opus-5-5"].push(retired.id);
  data["gateway.yaml"] = stringify(gateway);
});

export const { regions } = await runProgram();

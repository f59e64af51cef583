import { parse, stringify } from "yaml";
import { runProgram, twist } from "../twist.ts";

twist("kubernetes:core/v1:ConfigMap", ({ data }) => {
  if (data["gateway.yaml"] === undefined) return;
  const { budgets: _, ...rest } = parse(data["gateway.yaml"]);
  data["gateway.yaml"] = stringify(rest);
});

export const { regions } = await runProgram();

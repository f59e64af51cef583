import { parse, stringify } from "yaml";
import { runProgram, twist } from "../twist.ts";

twist("kubernetes:core/v1:ConfigMap", ({ data }) => {
  if (data["gateway.yaml"] === undefined) return;
  const gateway = parse(data["gateway.yaml"]);
  delete gateway.budgets.fleet;
  data["gateway.yaml"] = stringify(gateway);
});

export const { regions } = await runProgram();

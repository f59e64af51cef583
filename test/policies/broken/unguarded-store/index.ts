import { runProgram, twist } from "../twist.ts";

twist(
  "kubernetes:policy/v1:PodDisruptionBudget",
  ({ spec }) => {
    spec.selector.matchLabels = { app: "another" };
  },
  "valkey",
);

export const { regions } = await runProgram();

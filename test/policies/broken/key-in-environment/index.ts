import { runProgram, twist } from "../twist.ts";

twist("kubernetes:apps/v1:Deployment", ({ spec }) => {
  const [coordinator] = spec.template.spec.containers;
  coordinator.env = [{ name: "ANTHROPIC_API_KEY", value: "not-a-real-key-but-a-literal-one" }];
});

export const { regions } = await runProgram();

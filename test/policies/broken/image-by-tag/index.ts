import { runProgram, twist } from "../twist.ts";

twist("kubernetes:apps/v1:Deployment", ({ spec }) => {
  spec.template.spec.containers[0].image = "registry.example.com/claude-agents/agent-runtime:1.4";
});

export const { regions } = await runProgram();

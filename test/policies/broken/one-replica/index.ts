import { runProgram, twist } from "../twist.ts";

twist("kubernetes:autoscaling/v2:HorizontalPodAutoscaler", ({ spec }) => {
  spec.minReplicas = 1;
});

export const { regions } = await runProgram();

import { runProgram, twist } from "../twist.ts";

twist(
  "kubernetes:core/v1:Service",
  ({ metadata, spec }) => {
    metadata.annotations = {
      "policy-exception/service-disallow-public-type": JSON.stringify({
        owner: "payments",
        reason: "The partner's network reaches no Gateway yet.",
        expires: "2026-06-30",
      }),
    };
    spec.type = "LoadBalancer";
  },
  "coordinator",
);

export const { regions } = await runProgram();

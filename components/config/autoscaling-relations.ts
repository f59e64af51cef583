import { z } from "zod";
import { relation } from "./relations.ts";

const kind = z.enum(["hpa", "keda"]);

/** KEDA without a source would be a second way to say what an autoscaler on CPU and memory says. */
export const requestsHaveSource = relation(
  z.looseObject({ kind, prometheusUrl: z.unknown().optional() }),
  (autoscaling) =>
    autoscaling.kind === "keda" && autoscaling.prometheusUrl === undefined
      ? [
          {
            path: ["prometheusUrl"],
            got: "none, with kind keda",
            allowed: "the address of the Prometheus that has the metrics of the pods",
            fix: "state it, or set kind to hpa",
          },
        ]
      : [],
);

/** A figure that nobody reads is a mistake. */
export const headroomNeedsKeda = relation(
  z.looseObject({ kind, minUpstreamHeadroom: z.unknown().optional() }),
  (autoscaling) =>
    autoscaling.kind === "hpa" && autoscaling.minUpstreamHeadroom !== undefined
      ? [
          {
            path: ["minUpstreamHeadroom"],
            got: "a head-room, with kind hpa, which does not look at requests",
            allowed: "no head-room with kind hpa",
            fix: "set kind to keda, or remove minUpstreamHeadroom",
          },
        ]
      : [],
);

const delivered = z.looseObject({
  coordinator: z.looseObject({ delivery: z.enum(["deployment", "rollout"]) }),
  autoscaling: z.looseObject({ prometheusUrl: z.unknown().optional() }),
});

/** A version that nobody can judge would be let through. */
export const judgedRollouts = relation(delivered, ({ coordinator, autoscaling }) =>
  coordinator.delivery === "deployment" || autoscaling.prometheusUrl !== undefined
    ? []
    : [
        {
          path: ["coordinator", "delivery"],
          got: "rollout, without autoscaling.prometheusUrl",
          allowed: "rollout with the Prometheus that judges new versions, or deployment",
          fix: "state autoscaling.prometheusUrl, or set delivery to deployment",
        },
      ],
);

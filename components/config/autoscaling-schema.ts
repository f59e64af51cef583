import { z } from "zod";
import { headroomNeedsKeda, requestsHaveSource } from "./autoscaling-relations.ts";
import { httpsUrl } from "./fields.ts";

const IN_CLUSTER =
  /^http:\/\/[a-z0-9-]+\.[a-z0-9-]+\.svc(\.cluster\.local)?(:\d{1,5})?(\/[A-Za-z0-9._~/-]*)?$/;

/** Address of a Prometheus, without credentials, query or fragment. */
const prometheusUrl = z
  .string()
  .max(512)
  .refine((text) => httpsUrl.safeParse(text).success || (IN_CLUSTER.test(text) && URL.canParse(text)))
  .meta({
    allowed:
      "an https address, or within the cluster http://<service>.<namespace>.svc:<port>, without user, password, query or fragment",
  });

const AUTOSCALING_DEFAULTS = {
  requestsPerSecondPerPod: 10,
  pollingIntervalSeconds: 15,
  initialCooldownSeconds: 300,
  failuresBeforeHold: 3,
} as const;

/** Who decides how many pods there are, and by which signals. */
export const autoscalingSchema = z
  .strictObject({
    kind: z
      .enum(["hpa", "keda"])
      .default("hpa")
      .describe(
        "hpa scales on CPU and memory; keda, whose operator must be installed, on the request rate in Prometheus as well",
      ),
    prometheusUrl: prometheusUrl
      .exactOptional()
      .describe(
        "Prometheus that has the metrics of the pods; needed with keda. Its operator asks, not the pods",
      ),
    requestsPerSecondPerPod: z
      .number()
      .min(0.1)
      .max(1000)
      .default(AUTOSCALING_DEFAULTS.requestsPerSecondPerPod)
      .describe("Requests a second that one pod is to serve, with keda"),
    minUpstreamHeadroom: z
      .number()
      .gt(0)
      .max(0.5)
      .exactOptional()
      .describe(
        "With keda: head-room of the upstream's rate limits, from 0 to 1, below which more requests add no pods; requests always count when not stated",
      ),
    pollingIntervalSeconds: z
      .int()
      .min(5)
      .max(300)
      .default(AUTOSCALING_DEFAULTS.pollingIntervalSeconds)
      .describe("Seconds between two looks of keda at its signals"),
    initialCooldownSeconds: z
      .int()
      .min(0)
      .max(3600)
      .default(AUTOSCALING_DEFAULTS.initialCooldownSeconds)
      .describe("Seconds after the making of keda's object in which it removes no pods for want of load"),
    failuresBeforeHold: z
      .int()
      .min(1)
      .max(20)
      .default(AUTOSCALING_DEFAULTS.failuresBeforeHold)
      .describe(
        "Looks of keda in a row without an answer after which the number of pods is held until the source is back",
      ),
  })
  .meta({
    elsewhere: {
      forecast: "remove it: no forecast of demand is measured yet",
      minReplicas: "state it as coordinator.minReplicas, or as minReplicas of a class of agents",
      maxReplicas: "state it as coordinator.maxReplicas, or as maxReplicas of a class of agents",
    },
  })
  .check(requestsHaveSource, headroomNeedsKeda);

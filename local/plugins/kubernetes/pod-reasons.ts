import { z } from "zod";
import { isPropertyMap } from "../protocol/property-value.ts";
import { type LiveObject, memberAt } from "./kubernetes-object.ts";
import type { ObjectApi } from "./object-api.ts";

const MOST_REASONS = 4;

const stopped = z.object({
  reason: z.string().default(""),
  message: z.string().default(""),
  exitCode: z.number().default(0),
});
const containerStatus = z.object({
  name: z.string(),
  state: z.object({ waiting: stopped.optional(), terminated: stopped.optional() }).prefault({}),
});
const pod = z.object({
  status: z
    .object({
      conditions: z
        .array(z.object({ type: z.string(), status: z.string(), message: z.string().default("") }))
        .default([]),
      initContainerStatuses: z.array(containerStatus).default([]),
      containerStatuses: z.array(containerStatus).default([]),
    })
    .prefault({}),
});
const event = z.object({
  involvedObject: z.object({ name: z.string().default("") }),
  reason: z.string().default(""),
  message: z.string().default(""),
  lastTimestamp: z.string().nullish(),
  eventTime: z.string().nullish(),
});

type Pod = z.infer<typeof pod>;

/**
 * Why the pods of a workload do not run, one indented line each, ready to follow a message; empty when there
 * is nothing to tell. Events from before `sinceMs` belong to earlier attempts and are left out.
 */
export async function podReasons(api: ObjectApi, object: LiveObject, sinceMs: number): Promise<string> {
  const { name, namespace } = object.metadata;
  if (namespace === undefined || (object.kind !== "Pod" && !selectorOf(object))) return "";
  try {
    const pods = await podsOf(api, object, namespace);
    const reasons = [...pods.flatMap(reasonsOfPod), ...(await warningEvents(api, namespace, name, sinceMs))];
    return [...new Set(reasons)]
      .slice(-MOST_REASONS)
      .map((reason) => `\n  ${reason}`)
      .join("");
  } catch {
    return ""; // A hint beside an error that is being reported: not worth an error of its own.
  }
}

function selectorOf(object: LiveObject): string | undefined {
  const labels = memberAt(object, ["spec", "selector", "matchLabels"]);
  if (!isPropertyMap(labels)) return undefined;
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
}

async function podsOf(api: ObjectApi, object: LiveObject, namespace: string): Promise<Pod[]> {
  const labelSelector = selectorOf(object);
  if (labelSelector === undefined) return [pod.parse(object)];
  const answer = await api.list(namespace, "pods", { labelSelector, limit: "50" });
  return z.object({ items: z.array(pod) }).parse(answer).items;
}

function reasonsOfPod({ status }: Pod): string[] {
  const unscheduled = status.conditions.filter(
    ({ type, status }) => type === "PodScheduled" && status === "False",
  );
  const containers = [...status.initContainerStatuses, ...status.containerStatuses].flatMap(
    ({ name, state }) => {
      const crashed = state.terminated?.exitCode ? state.terminated : undefined;
      const stop = state.waiting ?? crashed;
      return stop ? [`container ${name}: ${stop.reason}${stop.message ? `: ${stop.message}` : ""}`] : [];
    },
  );
  return [...unscheduled.map(({ message }) => message), ...containers];
}

/**
 * The last warning of each reason, beyond what the pods themselves say, about the object or what it made
 * (whose names begin with its own).
 */
async function warningEvents(
  api: ObjectApi,
  namespace: string,
  name: string,
  sinceMs: number,
): Promise<string[]> {
  const answer = await api.list(namespace, "events", { fieldSelector: "type=Warning", limit: "200" });
  const lastOfReason = new Map<string, string>();
  for (const { involvedObject, reason, message, lastTimestamp, eventTime } of z
    .object({ items: z.array(event) })
    .parse(answer).items) {
    const isAboutIt = involvedObject.name === name || involvedObject.name.startsWith(`${name}-`);
    const happenedAt = Date.parse(lastTimestamp ?? eventTime ?? "");
    const isSaidByPod = reason === "FailedScheduling";
    if (isAboutIt && !isSaidByPod && happenedAt >= sinceMs) lastOfReason.set(reason, message);
  }
  return [...lastOfReason].map(([reason, message]) => `${reason}: ${message}`);
}

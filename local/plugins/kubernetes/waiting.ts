import { setTimeout as sleep } from "node:timers/promises";
import type { PropertyMap } from "../protocol/property-value.ts";
import { annotation } from "./kubernetes-object.ts";

const DEFAULT_TIMEOUT_SECONDS = 600;
const GROWTH = 1.5;

/**
 * How long to wait for an object: the resource option `customTimeouts`, then the annotation, then ten
 * minutes.
 */
export function timeoutOf(object: PropertyMap, customSeconds: number): number {
  return customSeconds || Number(annotation(object, "pulumi.com/timeoutSeconds")) || DEFAULT_TIMEOUT_SECONDS;
}

/** Pauses between polls that grow from `firstMs` to `longestMs`. */
export function growingPause(
  firstMs: number,
  longestMs: number,
  cancelled: AbortSignal,
): () => Promise<"elapsed" | "cancelled"> {
  let nextMs = firstMs;
  return () => {
    const ms = nextMs;
    nextMs = Math.min(nextMs * GROWTH, longestMs);
    return pause(ms, cancelled);
  };
}

export async function pause(ms: number, cancelled: AbortSignal): Promise<"elapsed" | "cancelled"> {
  try {
    return await sleep(ms, "elapsed" as const, { signal: cancelled });
  } catch {
    return "cancelled";
  }
}

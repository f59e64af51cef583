import { setTimeout as delay } from "node:timers/promises";
import { PATHS } from "../../agent-runtime/src/contract.ts";
import { askFrontDoor } from "./front-door.ts";
import type { EnvironmentRecord, EnvironmentRegion } from "./record.ts";

/** A region whose port changes hands, or may have. */
interface Opening {
  readonly region: EnvironmentRegion;
  readonly signal: AbortSignal;
}

const CLOSE_TIMEOUT_MS = 2_000;
const ANSWER_TIMEOUT_MS = 120_000;
const NOTICE_TIMEOUT_MS = 5_000;
const POLL_MS = 200;

/** Up to a second passes until a worker closes the port; what answers before says nothing of the port's new owner. */
export async function untilClosed({ region, signal }: Opening): Promise<void> {
  const deadline = Date.now() + CLOSE_TIMEOUT_MS;
  for (const endpoint of region.endpoints) {
    while (Date.now() < deadline && (await connectFailure(healthOf(endpoint), signal)) === undefined) {
      await delay(POLL_MS, undefined, { signal });
    }
  }
}

/**
 * Waits until every worker's port gives an answer, whatever it is.
 *
 * @throws Error that names the first port that gives none, and the way to look
 */
export async function untilAnswered({ region, signal }: Opening): Promise<void> {
  const deadline = Date.now() + ANSWER_TIMEOUT_MS;
  for (const endpoint of region.endpoints) {
    for (;;) {
      const failure = await connectFailure(healthOf(endpoint), signal);
      if (failure === undefined) break;
      if (Date.now() > deadline) {
        throw new Error(
          `${region.name} does not answer at ${endpoint} after ${ANSWER_TIMEOUT_MS / 1000} s (${failure}). ` +
            `Look with: kubectl --kubeconfig ${region.kubeconfig} --context ${region.context} get pods -A`,
        );
      }
      await delay(POLL_MS, undefined, { signal });
    }
  }
}

/** Waits until the front door, if there is one already, sends requests to the region again where it had ceased to. */
export async function untilNoticed(
  { region, signal }: Opening,
  environment: Pick<EnvironmentRecord, "frontDoorPort">,
): Promise<void> {
  const deadline = Date.now() + NOTICE_TIMEOUT_MS;
  while (Date.now() < deadline) {
    const status = await askFrontDoor(environment);
    if (status?.regions.find(({ name }) => name === region.name)?.state !== "down") return;
    await delay(POLL_MS, undefined, { signal });
  }
}

function healthOf(endpoint: string): string {
  return `${endpoint}${PATHS.health}`;
}

async function connectFailure(url: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(2000)]) });
    await response.body?.cancel();
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    return error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
  }
}

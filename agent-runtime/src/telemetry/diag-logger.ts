import type { DiagLogger } from "@opentelemetry/api";
import type { Logger } from "../log.ts";
import { withoutSecrets } from "../redaction.ts";

/** A collector that is away fails every few seconds; one line a minute says as much. */
const INTERVAL_MS = 60_000;
const MAX_LENGTH = 300;

/** What the SDK says about itself, as lines of the log: warnings and errors, at most one a minute. */
export function createDiagLogger(log: Logger, nowMs: () => number = () => performance.now()): DiagLogger {
  let nextMs = Number.NEGATIVE_INFINITY;
  let unsaid = 0;
  const say = (message: string) => {
    if (nowMs() < nextMs) {
      unsaid += 1;
      return;
    }
    log.warn(
      { detail: withoutSecrets(message).slice(0, MAX_LENGTH), unsaid },
      "OpenTelemetry reports a problem",
    );
    nextMs = nowMs() + INTERVAL_MS;
    unsaid = 0;
  };
  const nothing = () => undefined;
  return { error: say, warn: say, info: nothing, debug: nothing, verbose: nothing };
}

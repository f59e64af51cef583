import { createLogger } from "../../../agent-runtime/src/log.ts";
import type { ConfigReloadMetrics } from "../../../agent-runtime/src/metrics/config-reloads.ts";
import { testEnv } from "../running-gateway.ts";

/** A logger and a metric that remember what they were told. */
export function createReloadRecorder() {
  const lines: Record<string, unknown>[] = [];
  const counted: string[] = [];
  const log = createLogger(testEnv(), { write: (line) => void lines.push(JSON.parse(line)) });
  const reloads: ConfigReloadMetrics = {
    taken: (file) => void counted.push(`${file} taken`),
    refused: (file) => void counted.push(`${file} refused`),
  };
  return { log, reloads, lines, counted, errors: () => lines.filter(({ level }) => level === "error") };
}

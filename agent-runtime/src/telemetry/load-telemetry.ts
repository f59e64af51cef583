import type { Logger } from "../log.ts";
import type { Telemetry, TelemetryEnv } from "./telemetry.ts";

/**
 * Starts OpenTelemetry when an endpoint or an exporter is given; otherwise nothing of it is even loaded.
 *
 * Exporters, their headers, batches and sampling are set by the standard `OTEL_*` variables, which the SDK reads from the
 * process's environment itself: the one exception to the rule that only `env.ts` does.
 *
 * @returns undefined when traces are off, or when the SDK could not be set up, which is logged and stops nothing.
 */
export async function loadTelemetry(env: TelemetryEnv, log: Logger): Promise<Telemetry | undefined> {
  if (!isOn(env.otel)) return undefined;
  const { startOpenTelemetry } = await import("./open-telemetry.ts");
  return startOpenTelemetry(env, log);
}

function isOn({ isDisabled, endpoint, tracesEndpoint, tracesExporter }: TelemetryEnv["otel"]): boolean {
  if (isDisabled || tracesExporter === "none") return false;
  return tracesExporter !== undefined || endpoint !== undefined || tracesEndpoint !== undefined;
}

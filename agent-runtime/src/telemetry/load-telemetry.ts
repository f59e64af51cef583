import type { Env } from "../env.ts";
import type { Logger } from "../log.ts";
import type { Telemetry } from "./telemetry.ts";

/** What decides whether there are traces, and how they name this program. */
export interface TelemetryEnv extends Pick<Env, "service" | "serviceVersion" | "environment" | "region"> {
  readonly otel: {
    /** `OTEL_SDK_DISABLED=true`. */
    readonly isDisabled: boolean;
    /** `OTEL_EXPORTER_OTLP_ENDPOINT` */
    readonly endpoint?: string;
    /** `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` */
    readonly tracesEndpoint?: string;
    /** `OTEL_TRACES_EXPORTER`: `otlp`, `console` or `none`. */
    readonly tracesExporter?: string;
    /** `OTEL_SERVICE_NAME`; absent: the service's own name. */
    readonly serviceName?: string;
  };
}

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

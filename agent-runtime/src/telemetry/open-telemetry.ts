/** Loaded only when traces are on: everything that imports OpenTelemetry is below this file. */
import { context, DiagLogLevel, diag, ProxyTracer, propagation, trace } from "@opentelemetry/api";
import { startNodeSdk } from "@opentelemetry/sdk-node";
import type { Logger } from "../log.ts";
import { createDiagLogger } from "./diag-logger.ts";
import { beginRequest } from "./spans.ts";
import type { Telemetry, TelemetryEnv } from "./telemetry.ts";

const SHUTDOWN_TIMEOUT_MS = 5_000;

/** Starts the SDK, which takes everything else from `OTEL_*`. @returns undefined when it could not be set up. */
export function startOpenTelemetry(env: TelemetryEnv, log: Logger): Telemetry | undefined {
  const sdk = startNodeSdk({
    // Until it has started it writes to standard error, not in the form of the log.
    logLevel: "warn",
    resourceAttributes: resourceOf(env),
    // Metrics are Prometheus's, logs are on standard output, and headers are read and written here.
    metricReaders: [],
    logRecordProcessors: [],
    propagators: [],
  });
  diag.setLogger(createDiagLogger(log), { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  const tracer = trace.getTracer(env.service, env.serviceVersion);
  if (tracer instanceof ProxyTracer) {
    disableApis();
    log.error({}, "traces are off: OpenTelemetry could not be set up with these OTEL_* variables");
    return undefined;
  }
  return {
    beginRequest: (request) => beginRequest(tracer, request),
    shutdown: () => shutDown(sdk, log),
  };
}

function resourceOf({ service, serviceVersion, environment, region, otel }: TelemetryEnv) {
  return {
    ...(otel.serviceName === undefined ? { "service.name": service } : {}),
    "service.version": serviceVersion,
    "deployment.environment.name": environment,
    "cloud.region": region,
  };
}

async function shutDown(sdk: { shutdown(): Promise<void> }, log: Logger): Promise<void> {
  const { promise: tooLate, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(() => {
    log.warn({ timeoutMs: SHUTDOWN_TIMEOUT_MS }, "traces were not sent in time; the last ones are lost");
    resolve();
  }, SHUTDOWN_TIMEOUT_MS);
  // What fails in here has been told to the diagnostic logger.
  await Promise.race([sdk.shutdown().catch(() => undefined), tooLate]);
  clearTimeout(timer);
  disableApis();
}

/** The SDK registers itself for the whole process, where another one could not take its place. */
function disableApis(): void {
  for (const api of [trace, context, propagation, diag]) api.disable();
}

import { type DestinationStream, type Logger, pino, stdTimeFunctions } from "pino";
import type { Env } from "./env.ts";

/** Fields that may carry a key, a token or a person's words. Bodies are never handed to the logger in the first place. */
const REDACTED_PATHS = [
  "authorization",
  "apiKey",
  "body",
  "prompt",
  "messages",
  'headers["x-api-key"]',
  "headers.authorization",
  "headers.cookie",
  'req.headers["x-api-key"]',
  "req.headers.authorization",
  "req.headers.cookie",
];

export type { Logger };

type LogEnv = Pick<Env, "service" | "serviceVersion" | "environment" | "region" | "logLevel">;

/**
 * A logger that writes one JSON object a line: ISO time, level name, service, version, environment, region.
 *
 * @param destination where lines go; standard output when absent.
 */
export function createLogger(env: LogEnv, destination: DestinationStream = pino.destination(1)): Logger {
  return pino(
    {
      level: env.logLevel,
      base: {
        service: env.service,
        version: env.serviceVersion,
        environment: env.environment,
        region: env.region,
      },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: REDACTED_PATHS, censor: "[redacted]" },
    },
    destination,
  );
}

/** What the log says about a fault from outside: no stack, no values. */
export function describeFault(fault: unknown): { name: string; message: string; code?: string } {
  if (!(fault instanceof Error)) return { name: typeof fault, message: "" };
  const { name, message } = fault;
  return "code" in fault ? { name, message, code: String(fault.code) } : { name, message };
}

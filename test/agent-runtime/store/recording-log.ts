import { createLogger, type Logger } from "../../../agent-runtime/src/log.ts";

export type LogLine = Record<string, unknown> & { readonly level: string; readonly msg: string };

/** A logger whose lines can be read. */
export function recordingLog(): { log: Logger; lines: LogLine[] } {
  const lines: LogLine[] = [];
  const env = {
    service: "test",
    serviceVersion: "",
    environment: "",
    region: "",
    logLevel: "debug",
  } as const;
  const log = createLogger(env, { write: (text) => lines.push(JSON.parse(text)) });
  return { log, lines };
}

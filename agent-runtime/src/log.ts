import {
  type Bindings,
  type ChildLoggerOptions,
  type DestinationStream,
  type Logger,
  pino,
  stdTimeFunctions,
} from "pino";
import type { Env } from "./env.ts";
import { redactFields, withoutSecrets } from "./redaction.ts";

export { describeFault } from "./redaction.ts";
export type { Logger };

type LogEnv = Pick<Env, "service" | "serviceVersion" | "environment" | "region" | "logLevel">;

/**
 * A logger that writes one JSON object a line: ISO time, level name, service, version, environment, region. What the
 * list of `redaction.ts` names is left out, in child loggers too; bodies are never handed to the logger in the first place.
 *
 * @param destination where lines go; standard output when absent.
 */
export function createLogger(env: LogEnv, destination: DestinationStream = createOutput()): Logger {
  const log = pino(
    {
      level: env.logLevel,
      base: {
        service: env.service,
        version: env.serviceVersion,
        environment: env.environment,
        region: env.region,
      },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: redactFields },
      // The library's own would write down every property of an error.
      serializers: { err: (described: unknown) => described },
      hooks: { streamWrite: withoutSecrets },
    },
    destination,
  );
  return redactChildren(log);
}

/** Lines are written together: a system call for each costs a tenth of a request. */
const BATCH_BYTES = 8 * 1024;
/** No line waits longer. What a kill without warning can lose is this much; any other end writes everything. */
const BATCH_MS = 50;

function createOutput(): DestinationStream {
  const output = pino.destination({ dest: 1, sync: false, minLength: BATCH_BYTES });
  let isWaiting = false;
  const flush = () => {
    isWaiting = false;
    output.flush();
  };
  return {
    write(line) {
      output.write(line);
      if (isWaiting) return;
      isWaiting = true;
      // The library's own clock would write twenty times a second, also when there is nothing to write.
      setTimeout(flush, BATCH_MS).unref();
    },
  };
}

/** The library formats the fields of a line, but not those that a child logger adds to each of its lines. */
function redactChildren(log: Logger): Logger {
  const { child }: { child: (bindings: Bindings, options?: ChildLoggerOptions) => Logger } = log;
  return Object.assign(log, {
    child(this: Logger, bindings: Bindings, options?: ChildLoggerOptions) {
      return child.call(this, redactFields(bindings), options);
    },
  });
}

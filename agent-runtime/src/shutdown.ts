import { GatewayError } from "./errors.ts";
import type { ActiveTurns } from "./gateway/turns.ts";
import type { Lifecycle } from "./lifecycle.ts";
import type { Logger } from "./log.ts";

/**
 * After SIGTERM requests that were on their way already are served; later ones are refused, with an error that official
 * SDKs retry, which brings them to another replica.
 */
const SERVE_LATECOMERS_MS = 5_000;

/** How long turns that are cut get to send their error event, and servers to close. */
const FLUSH_MS = 2_000;

/** What there is to shut down once the process has started. */
export interface Running {
  readonly log: Logger;
  readonly lifecycle: Lifecycle;
  readonly turns: ActiveTurns;
  /** How long a drain waits for the last turn. */
  readonly drainMs: number;
  /** Closes keep-alive connections that carry no request. */
  closeIdleConnections(): void;
  /** Stops listening and closes everything. */
  close(): Promise<void>;
}

/** The part of `process` that shutting down needs. */
interface HostProcess {
  on(event: string, listener: (argument: unknown) => void): unknown;
  exit(code: number): void;
}

/**
 * Decides how the process ends.
 * - SIGTERM: `/ready` turns 503 at once, requests that still arrive are served for some seconds and refused after them,
 *   and the process exits with 0 as soon as no turn is left, at the latest after `drainMs`.
 * - SIGINT, or a second SIGTERM: turns end now, streams with an explicit error event.
 * - A fault nobody caught: logged, turns end now, exit with 1.
 * - Any signal before `running` is set: nothing is being served, so the process just exits.
 */
export class Shutdown {
  readonly #process: HostProcess;
  #running: Running | undefined;
  #phase: "serving" | "draining" | "stopping" = "serving";

  constructor(host: HostProcess = process) {
    this.#process = host;
    host.on("SIGTERM", () => this.#onTerminate());
    host.on("SIGINT", () => void this.#stop("SIGINT", 0));
    host.on("uncaughtException", (fault) => this.#onFault(fault));
    host.on("unhandledRejection", (fault) => this.#onFault(fault));
  }

  started(running: Running): void {
    this.#running = running;
  }

  /** Does what SIGTERM does: turns end, then the process. A second call changes nothing. */
  drain(): void {
    if (this.#phase === "serving" && this.#running !== undefined) void this.#drain(this.#running);
  }

  #onTerminate(): void {
    if (this.#phase === "serving" && this.#running !== undefined) void this.#drain(this.#running);
    else void this.#stop("SIGTERM", 0);
  }

  #onFault(fault: unknown): void {
    if (this.#running === undefined) console.error(fault);
    else this.#running.log.fatal({ err: fault }, "a fault was not caught");
    void this.#stop("a fault", 1);
  }

  async #drain({ log, lifecycle, turns, drainMs, closeIdleConnections }: Running): Promise<void> {
    this.#phase = "draining";
    lifecycle.drain();
    closeIdleConnections();
    log.info({ turns: turns.size, drainMs }, "draining");
    setTimeout(() => turns.refuse(new GatewayError("shutting_down")), SERVE_LATECOMERS_MS).unref();
    await atMost(drainMs, turns.idle());
    await this.#stop("the drain", 0);
  }

  async #stop(cause: string, exitCode: number): Promise<void> {
    if (this.#phase === "stopping") return;
    this.#phase = "stopping";
    const running = this.#running;
    if (running === undefined) return this.#process.exit(exitCode);
    const { log, lifecycle, turns } = running;
    lifecycle.drain();
    if (turns.size > 0) log.warn({ turns: turns.size, cause }, "cutting turns");
    turns.cancelAll(new GatewayError("shutting_down"));
    await atMost(FLUSH_MS, turns.idle());
    await atMost(FLUSH_MS, running.close());
    log.info({ cause, exitCode }, "stopped");
    this.#process.exit(exitCode);
  }
}

/** Waits until the work is done or has failed, but not longer than `ms`. */
function atMost(ms: number, work: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    const done = () => {
      clearTimeout(timer);
      resolve();
    };
    work.then(done, done);
  });
}

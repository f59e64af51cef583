/** Where the process is in its life. Probes read it; only start and shutdown change it. */
export type Phase = "starting" | "ready" | "draining";

export class Lifecycle {
  #phase: Phase = "starting";
  readonly #startedAtMs = performance.now();

  get phase(): Phase {
    return this.#phase;
  }

  get uptimeSeconds(): number {
    return Math.round((performance.now() - this.#startedAtMs) / 1000);
  }

  /** A process that is draining already stays so. */
  ready(): void {
    if (this.#phase === "starting") this.#phase = "ready";
  }

  drain(): void {
    this.#phase = "draining";
  }
}

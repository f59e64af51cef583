import { describeFault, type Logger } from "../log.ts";
import type { StoreEvent } from "./contract.ts";

type Listener = (event: StoreEvent) => void;

/** Those who watch a store. One that throws keeps no other from being told. */
export class EventListeners {
  readonly #listeners = new Set<Listener>();
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** @returns a function that stops listening. */
  add(listener: Listener): () => void {
    // A listener that is added twice is told twice, and leaves once.
    const entry: Listener = (event) => listener(event);
    this.#listeners.add(entry);
    return () => this.#listeners.delete(entry);
  }

  tell(event: StoreEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (fault) {
        this.#log.error({ fault: describeFault(fault), event: event.kind }, "a listener of the store failed");
      }
    }
  }
}

/** What became of a request for something that may be under way already. */
export type Boarding<T> =
  | { readonly kind: "lead"; readonly flight: Flight<T> }
  | { readonly kind: "joined"; readonly value: T };

/** Work that others may wait for. Ends by exactly one of `land` and `abandon`; what is called later does nothing. */
export interface Flight<T> {
  /** Whether somebody waits. A leader whose own caller has left may still finish the work for them. */
  readonly isAwaited: boolean;
  land(value: T): void;
  /**
   * `failed` sends everybody who waits on a way of his own: nobody gets the error of another's request. `left` hands the
   * lead to one of them, and the others go on waiting.
   */
  abandon(why: "failed" | "left"): void;
}

type Waiter<T> = (boarding: Boarding<T>) => void;

const MAX_WAITERS = 32;

/** Single flight: of concurrent requests for the same key one does the work and the others wait for it. */
export class Flights<T> {
  readonly #waiters = new Map<string, Set<Waiter<T>>>();

  /**
   * Joins the flight of this key, or leads one when there is none. Where `MAX_WAITERS` wait already it leads alone: each
   * of them holds a place that others need.
   *
   * @throws the signal's reason when it is aborted while waiting. That ends no flight.
   */
  async board(key: string, signal: AbortSignal): Promise<Boarding<T>> {
    const waiters = this.#waiters.get(key);
    return waiters === undefined || waiters.size >= MAX_WAITERS
      ? { kind: "lead", flight: this.lead(key) }
      : wait(waiters, signal);
  }

  /** Leads without waiting for anybody. Others can join unless another flight of this key is under way. */
  lead(key: string): Flight<T> {
    return this.#waiters.has(key) ? ALONE : this.#begin(key, new Set());
  }

  #begin(key: string, waiters: Set<Waiter<T>>): Flight<T> {
    this.#waiters.set(key, waiters);
    let isOver = false;
    const end = (finish: () => void) => {
      if (isOver) return;
      isOver = true;
      finish();
    };
    return {
      get isAwaited() {
        return !isOver && waiters.size > 0;
      },
      land: (value) => end(() => this.#release(key, waiters, { kind: "joined", value })),
      abandon: (why) => {
        const [next] = waiters;
        end(() => {
          if (why === "left" && next !== undefined) this.#handOver(key, waiters, next);
          else this.#release(key, waiters, { kind: "lead", flight: ALONE });
        });
      },
    };
  }

  #release(key: string, waiters: ReadonlySet<Waiter<T>>, boarding: Boarding<T>): void {
    this.#waiters.delete(key);
    for (const waiter of waiters) waiter(boarding);
  }

  #handOver(key: string, waiters: Set<Waiter<T>>, next: Waiter<T>): void {
    waiters.delete(next);
    next({ kind: "lead", flight: this.#begin(key, waiters) });
  }
}

/** A flight that nobody can join. */
const ALONE: Flight<unknown> = { isAwaited: false, land: () => undefined, abandon: () => undefined };

function wait<T>(waiters: Set<Waiter<T>>, signal: AbortSignal): Promise<Boarding<T>> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<Boarding<T>>();
  const waiter = (boarding: Boarding<T>) => {
    signal.removeEventListener("abort", leave);
    resolve(boarding);
  };
  const leave = () => {
    waiters.delete(waiter);
    reject(signal.reason);
  };
  signal.addEventListener("abort", leave, { once: true });
  waiters.add(waiter);
  return promise;
}

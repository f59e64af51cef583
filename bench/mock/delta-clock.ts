import { DELTA_INTERVAL_MS, DELTAS_PER_STREAM } from "./answers.ts";

/** Something that is due every 20 ms until it has had its number of turns. */
export interface Ticking {
  /** @param number from 0 */
  tick(number: number): void;
  end(): void;
}

interface Seat {
  readonly ticking: Ticking;
  nextNumber: number;
}

/**
 * One timer for all streams, for a timer each drifts and costs more than what it sends. A circle of one seat a
 * millisecond passes by; a turn that is late is made up for, so that streams keep their pace.
 */
export class DeltaClock {
  readonly #circle = Array.from({ length: DELTA_INTERVAL_MS }, () => new Set<Seat>());
  #elapsedMs = 0;

  constructor() {
    const startedAt = performance.now();
    setInterval(() => this.#advanceTo(Math.floor(performance.now() - startedAt)), 1);
  }

  /** Its first turn comes after a whole interval. */
  add(ticking: Ticking): { leave: () => void } {
    const seat: Seat = { ticking, nextNumber: 0 };
    const seats = this.#seatsAt(this.#elapsedMs);
    seats.add(seat);
    return { leave: () => seats.delete(seat) };
  }

  #advanceTo(nowMs: number): void {
    while (this.#elapsedMs < nowMs) {
      this.#elapsedMs += 1;
      const seats = this.#seatsAt(this.#elapsedMs);
      for (const seat of seats) if (!takeTurn(seat)) seats.delete(seat);
    }
  }

  #seatsAt(ms: number): Set<Seat> {
    const seats = this.#circle[ms % DELTA_INTERVAL_MS];
    if (seats === undefined) throw new Error("the circle has a seat for every millisecond");
    return seats;
  }
}

function takeTurn(seat: Seat): boolean {
  seat.ticking.tick(seat.nextNumber);
  seat.nextNumber += 1;
  if (seat.nextNumber < DELTAS_PER_STREAM) return true;
  seat.ticking.end();
  return false;
}

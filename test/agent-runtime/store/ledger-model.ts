import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { expect } from "vitest";
import type { Store } from "../../../agent-runtime/src/store/contract.ts";
import type { Admission, AdmitRequest } from "../../../agent-runtime/src/store/ledger.ts";
import { budget, NEVER_REFILLS, requestFor, settlementOf } from "./sample-charges.ts";

const CAPACITY = 20;
const CAPS = [100, 300] as const;
const MAX_AT_ONCE = 3;

/** The ledger as one would explain it: whole tokens that do not refill, and sums. */
class Model {
  readonly id = randomUUID();
  readonly open: AdmitRequest[] = [];
  readonly closed: AdmitRequest[] = [];
  tokens = CAPACITY;
  percent: number | undefined;
  readonly spent = [0, 0];

  get reserved(): number {
    return this.open.reduce((sum, { boundNanoUsd }) => sum + boundNanoUsd, 0);
  }

  get scope(): string {
    return `tenant:${this.id}`;
  }

  request(amount: number, boundNanoUsd: number, dice: number): AdmitRequest {
    return requestFor({
      scopes: [this.scope],
      dice,
      boundNanoUsd,
      buckets: [{ id: this.id, capacity: CAPACITY, refillPerSecond: NEVER_REFILLS, amount }],
      concurrency: [{ id: this.id, max: MAX_AT_ONCE }],
      budgets: CAPS.map((cap, index) => budget(`${this.id}:${index}`, cap)),
    });
  }

  admit(request: AdmitRequest): Admission["kind"] {
    const amount = request.buckets[0]?.amount ?? 0;
    if (this.percent !== undefined && request.dice >= this.percent) return "switched-off";
    if (amount > this.tokens) return "rate-limited";
    if (this.open.length >= MAX_AT_ONCE) return "too-many-at-once";
    const bound = this.reserved + request.boundNanoUsd;
    if (CAPS.some((cap, index) => (this.spent[index] ?? 0) + bound > cap)) return "over-budget";
    this.tokens -= amount;
    this.open.push(request);
    return "admitted";
  }

  settle(request: AdmitRequest, cost: number, used: number): void {
    this.open.splice(this.open.indexOf(request), 1);
    this.closed.push(request);
    const taken = request.buckets[0]?.amount ?? 0;
    this.tokens = Math.max(-CAPACITY, Math.min(CAPACITY, this.tokens + taken - used));
    for (const index of CAPS.keys()) this.spent[index] = (this.spent[index] ?? 0) + cost;
  }
}

type Command = fc.AsyncCommand<Model, Store>;

class Admit implements Command {
  readonly #amount: number;
  readonly #bound: number;
  readonly #dice: number;

  constructor(amount: number, bound: number, dice: number) {
    this.#amount = amount;
    this.#bound = bound;
    this.#dice = dice;
  }

  check = () => true;

  async run(model: Model, store: Store): Promise<void> {
    const request = model.request(this.#amount, this.#bound, this.#dice);
    const expected = model.admit(request);
    const admission = await store.ledger.admit(request);
    expect(admission.kind).toBe(expected);
    if (admission.kind === "admitted" || admission.kind === "rate-limited") {
      expect(admission.buckets[0]?.remaining).toBe(model.tokens);
    }
    if (admission.kind === "admitted") {
      const states = CAPS.map((_, index) => ({
        spentNanoUsd: model.spent[index],
        reservedNanoUsd: model.reserved,
      }));
      expect(admission.budgets).toEqual(states);
    }
  }

  toString = () => `admit(${this.#amount} tokens, ${this.#bound} nano-dollars, dice ${this.#dice})`;
}

class Settle implements Command {
  readonly #which: number;
  readonly #share: number;
  readonly #used: number;

  constructor(which: number, share: number, used: number) {
    this.#which = which;
    this.#share = share;
    this.#used = used;
  }

  check = (model: Readonly<Model>) => model.open.length > 0;

  async run(model: Model, store: Store): Promise<void> {
    const request = model.open[this.#which % model.open.length];
    if (request === undefined) return;
    const cost = Math.round((request.boundNanoUsd * this.#share) / 100);
    model.settle(request, cost, this.#used);
    store.ledger.settle(settlementOf(request, cost, [this.#used]));
    await expectSums(model, store);
  }

  toString = () => `settle(${this.#share} % of the bound, ${this.#used} tokens)`;
}

class SettleAgain implements Command {
  readonly #which: number;

  constructor(which: number) {
    this.#which = which;
  }

  check = (model: Readonly<Model>) => model.closed.length > 0;

  async run(model: Model, store: Store): Promise<void> {
    const request = model.closed[this.#which % model.closed.length];
    if (request !== undefined) store.ledger.settle(settlementOf(request, 7, [3]));
    await expectSums(model, store);
  }

  toString = () => "settle again";
}

class Switch implements Command {
  readonly #percent: number | undefined;

  constructor(percent: number | undefined) {
    this.#percent = percent;
  }

  check = () => true;

  async run(model: Model, store: Store): Promise<void> {
    model.percent = this.#percent;
    const switches = store.table("switches");
    if (this.#percent === undefined) await switches.delete(model.scope);
    else await switches.set(model.scope, JSON.stringify({ percent: this.#percent }));
  }

  toString = () => `switch(${this.#percent})`;
}

async function expectSums(model: Model, store: Store): Promise<void> {
  const readings = await store.ledger.readBudgets(CAPS.map((_, index) => `${model.id}:${index}`));
  for (const [index, { spentNanoUsd, reservedNanoUsd }] of readings.entries()) {
    expect([spentNanoUsd, reservedNanoUsd]).toEqual([model.spent[index], model.reserved]);
    expect(spentNanoUsd + reservedNanoUsd).toBeLessThanOrEqual(CAPS[index] ?? 0);
  }
}

const commands = fc.commands(
  [
    fc
      .tuple(fc.integer({ min: 0, max: 8 }), fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 99 }))
      .map((args) => new Admit(...args)),
    fc
      .tuple(fc.nat(9), fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 12 }))
      .map((args) => new Settle(...args)),
    fc.nat(9).map((which) => new SettleAgain(which)),
    fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined }).map((percent) => new Switch(percent)),
  ],
  { size: "+1" },
);

/** Plays random commands against a store and the model side by side. */
export async function expectLedgerLikeModel(store: Store, numRuns: number): Promise<void> {
  const property = fc.asyncProperty(commands, (sequence) =>
    fc.asyncModelRun(() => ({ model: new Model(), real: store }), sequence),
  );
  await fc.assert(property, { numRuns });
}

/**
 * Sums of money are whole nano-dollars (1e-9 USD): the cheapest token costs 10 of them, and a double holds sums up to nine
 * million dollars exactly.
 */
const NANO_PER_USD = 1_000_000_000;

/** Rounds up, so that what is owed is never less than the price. */
export const toNanoUsd = (usd: number): number => Math.ceil(usd * NANO_PER_USD);

export const toUsd = (nanoUsd: number): number => nanoUsd / NANO_PER_USD;

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** A sleep and all its amounts, whose sum it sleeps, as in `sleep 1m 30s`. */
const SLEEP = /(?:^|[\s;&|(/])sleep((?:\s+(?:\d[\d.]*|\.\d+|inf(?:inity)?)[smhd]?(?![\w.]))+)/g;

/**
 * How many seconds a command surely sleeps: its sleeps one after the other, as in `["sh", "-c", "sleep 5; stop"]` or
 * `["sleep", "5"]`.
 */
export function sleepInCommand(words: readonly string[]): number {
  const line = words.join(" ").replaceAll(/["']/g, "");
  const amounts = [...line.matchAll(SLEEP)].flatMap(([, said = ""]) => said.trim().split(/\s+/));
  return amounts.reduce((sum, amount) => sum + secondsOf(amount), 0);
}

function secondsOf(amount: string): number {
  if (amount.startsWith("inf")) return Number.POSITIVE_INFINITY;
  return Number.parseFloat(amount) * (UNITS[amount.at(-1) ?? ""] ?? 1);
}

const FACTORS: ReadonlyMap<string, number> = new Map([
  ["", 1],
  ["b", 1],
  ["k", 1e3],
  ["kb", 2 ** 10],
  ["m", 1e6],
  ["mb", 2 ** 20],
  ["g", 1e9],
  ["gb", 2 ** 30],
]);

/** The bytes of an amount such as `1gb`, in which `g` is decimal and `gb` is not; undefined where it is none. */
export function parseValkeyMemory(amount: string | undefined): number | undefined {
  const [, number, unit = ""] = /^(\d{1,15})([a-z]{0,2})$/i.exec(amount ?? "") ?? [];
  const factor = FACTORS.get(unit.toLowerCase());
  return number === undefined || factor === undefined ? undefined : Number(number) * factor;
}

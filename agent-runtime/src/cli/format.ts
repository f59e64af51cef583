/** Cents, and more digits where the sum has them: a haiku costs less than a cent. */
export function formatUsd(usd: number): string {
  return `$${usd.toFixed(usd !== 0 && usd < 1 ? 6 : 2)}`;
}

export function formatDuration(seconds: number): string {
  const whole = Math.floor(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3_600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  if (whole < 86_400) return `${Math.floor(whole / 3_600)} h ${Math.floor((whole % 3_600) / 60)} min`;
  return `${Math.floor(whole / 86_400)} d ${Math.floor((whole % 86_400) / 3_600)} h`;
}

export const formatMebibytes = (bytes: number) => `${Math.round(bytes / 1024 ** 2)} MiB`;

/** ISO 8601 to the second, in UTC. */
export const formatTime = (iso: string) => iso.replace(/\.\d+Z$/, "Z");

/** `1 entry`, `2 entries`. */
export const countOf = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`;

/** Examples below the help of a command. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ${line}`).join("\n")}\n`;
}

/** One thing that is wrong in a mounted file. */
export interface ConfigFault {
  /** File and place in it, such as `gateway.yaml: limits.key.concurrency` or `team.cedar:12`. */
  readonly path: string;
  /** The value, in JSON and shortened. Absent where there is none to show, such as for a syntax error. */
  readonly got?: string;
  /** What is wrong, or what would be right. */
  readonly allowed: string;
}

/** Lists every fault of a set of mounted files at once. At start it ends the process with exit code 78 (EX_CONFIG). */
export class ConfigError extends Error {
  readonly faults: readonly ConfigFault[];

  constructor(faults: readonly ConfigFault[]) {
    const lines = faults.map(({ path, got, allowed }) =>
      got === undefined ? `  ${path}: ${allowed}` : `  ${path}: got ${got}; allowed: ${allowed}`,
    );
    super(`The configuration has ${faults.length} fault(s):\n${lines.join("\n")}`);
    this.name = "ConfigError";
    this.faults = faults;
  }
}

const MAX_SHOWN_LENGTH = 80;

/** A value as it is shown in a fault. */
export function showValue(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value) ?? String(value);
  return text.length > MAX_SHOWN_LENGTH ? `${text.slice(0, MAX_SHOWN_LENGTH)}…` : text;
}

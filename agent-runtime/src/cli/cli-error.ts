/** How `agentctl` ends; scripts rely on it. */
export const EXIT = { ok: 0, failed: 1, usage: 2, unreachable: 3, notPermitted: 4 } as const;

export type FailureCode = Exclude<(typeof EXIT)[keyof typeof EXIT], 0>;

/** A failure in one line for whoever typed the command: what went wrong, and the fix. */
export class CliError extends Error {
  readonly exitCode: FailureCode;
  /** Whether the result that was shown holds it already. */
  readonly isInResult: boolean;

  constructor(
    exitCode: FailureCode,
    message: string,
    { isInResult = false, ...options }: ErrorOptions & { isInResult?: boolean } = {},
  ) {
    super(message, options);
    this.name = "CliError";
    this.exitCode = exitCode;
    this.isInResult = isInResult;
  }
}

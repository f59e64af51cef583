const CONNECT_SYSCALLS: ReadonlySet<unknown> = new Set(["connect", "getaddrinfo"]);

/**
 * Whether a request failed before a connection existed, so that not one byte of it was sent. Anything later, a reset
 * above all, leaves open whether the region has acted on the request.
 */
export function isConnectFailure(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError) return error.errors.length > 0 && error.errors.every(isConnectFailure);
  return isConnectTimeout(error) || ("syscall" in error && CONNECT_SYSCALLS.has(error.syscall));
}

/** Whether nobody answered in time, which a machine that is too busy causes too, as against a refusal. */
export function isConnectTimeout(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "UND_ERR_CONNECT_TIMEOUT";
}

/** Whether nobody was there to refuse: an address that no machine has any more is silent before it is unreachable. */
export function isSilence(error: unknown): boolean {
  return (
    isConnectTimeout(error) || (error instanceof Error && "code" in error && error.code === "EHOSTUNREACH")
  );
}

const CONNECT_SYSCALLS: ReadonlySet<unknown> = new Set(["connect", "getaddrinfo"]);

/**
 * Whether a request failed before a connection existed, so that not one byte of it was sent. Anything later, a reset
 * above all, leaves open whether the region has acted on the request.
 */
export function isConnectFailure(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError) return error.errors.length > 0 && error.errors.every(isConnectFailure);
  return (
    ("code" in error && error.code === "UND_ERR_CONNECT_TIMEOUT") ||
    ("syscall" in error && CONNECT_SYSCALLS.has(error.syscall))
  );
}

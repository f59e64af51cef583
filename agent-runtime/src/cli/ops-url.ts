import { CliError, EXIT } from "./cli-error.ts";
import { printable } from "./printable.ts";

/**
 * Reads the URL of an ops server. A key must not travel in the clear, so plain http is only for this very machine: a
 * forwarded port, a tunnel.
 *
 * @throws {CliError} with what is allowed.
 */
export function parseOpsUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isSafe = url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(url.hostname));
  const isPlain = url?.username === "" && url.password === "" && url.search === "" && url.hash === "";
  if (url !== undefined && isSafe && isPlain) return url;
  // A faulty one may hold a password.
  const got = isPlain ? printable(text) : "(hidden)";
  throw new CliError(
    EXIT.usage,
    `The URL ${got} cannot be used. Allowed are https URLs, and http to a loopback address, without user and query, such as http://127.0.0.1:3333. Forward the port: kubectl port-forward deployment/claude-agent-coordinator 3333`,
  );
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}

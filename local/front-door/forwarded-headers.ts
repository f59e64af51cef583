import type { IncomingHttpHeaders } from "node:http";

/** Headers that belong to one connection (RFC 9110, section 7.6.1), never to the message. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "proxy-authenticate",
  "proxy-authorization",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Headers of a request that the front door answers or sets itself. */
const OWN_REQUEST_HEADERS: ReadonlySet<string> = new Set(["host", "expect"]);

/** A request's headers for the region, as a flat list of names and values that keeps case, order and repetitions. */
export function requestHeaders(rawHeaders: readonly string[], connection: string | undefined): string[] {
  const dropped = droppedNames(connection);
  return pairsOf(rawHeaders)
    .filter(([name]) => !dropped.has(name.toLowerCase()) && !OWN_REQUEST_HEADERS.has(name.toLowerCase()))
    .flat();
}

/** A response's headers for the client. */
export function responseHeaders(headers: IncomingHttpHeaders): Record<string, string | string[]> {
  const dropped = droppedNames(headers.connection);
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || dropped.has(name.toLowerCase()) ? [] : [[name, value]],
    ),
  );
}

/** A `Connection` header names further headers that end at the next hop. */
function droppedNames(connection: string | undefined): ReadonlySet<string> {
  const named = (connection ?? "").split(",").map((name) => name.trim().toLowerCase());
  return new Set([...HOP_BY_HOP, ...named]);
}

function pairsOf(rawHeaders: readonly string[]): [name: string, value: string][] {
  return Array.from({ length: rawHeaders.length / 2 }, (_, index) => [
    rawHeaders[index * 2] ?? "",
    rawHeaders[index * 2 + 1] ?? "",
  ]);
}

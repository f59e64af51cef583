import type { FastifyRequest } from "fastify";

/** A path of the upstream with the query as the caller sent it. */
export function upstreamPathOf({ url }: FastifyRequest, path: string): string {
  const query = url.indexOf("?");
  return query === -1 ? path : path + url.slice(query);
}

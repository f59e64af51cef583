import type { Endpoint } from "./endpoint.ts";
import type { Region } from "./region.ts";
import { routeOrder } from "./route-order.ts";

export interface Route {
  readonly region: Region;
  readonly endpoint: Endpoint;
}

/**
 * Where to send a request that could not connect to the endpoints given: another endpoint of the best region, then the
 * next region. Undefined when nothing is left that is worth a try.
 */
export function nextRoute(regions: readonly Region[], tried: ReadonlySet<Endpoint>): Route | undefined {
  for (const region of routeOrder(regions)) {
    const endpoint = region.nextEndpoint(tried);
    if (endpoint !== undefined) return { region, endpoint };
  }
  return undefined;
}

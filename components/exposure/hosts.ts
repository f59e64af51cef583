import type { ExposureConfig } from "../config/exposure-schema.ts";
import { workloadName } from "../naming.ts";
import type { AgentRoute } from "./routes.ts";

type Addressed = Pick<ExposureConfig, "kind" | "host" | "tls">;

/**
 * Host names of a region's coordinator: the one of all regions first, then the region's own, by which health checks
 * tell one region from another. Empty where no host is stated: then every name leads there.
 */
export function coordinatorHosts({ host }: Addressed, region: string): string[] {
  return host === undefined ? [] : [host, `${region}.${host}`];
}

/** The routes to classes of agents; none where they could have no host names. */
export function agentRoutes(
  { host }: Pick<ExposureConfig, "host">,
  agents: readonly { readonly name: string }[],
): AgentRoute[] {
  if (host === undefined) return [];
  return agents.map(({ name }) => ({
    name,
    service: workloadName({ agent: name }),
    host: agentHost(host, name),
  }));
}

/** Base URL for clients of a class of agents. Undefined where it is not exposed, or under no name of its own. */
export function agentUrl(exposure: Addressed, agent: string): string | undefined {
  if (exposure.kind === "none" || exposure.host === undefined) return undefined;
  return urlOf(exposure, agentHost(exposure.host, agent));
}

/** In all regions the same. */
function agentHost(host: string, agent: string): string {
  return `${agent}.${host}`;
}

/** Base URL of a host. */
export function urlOf({ tls }: Addressed, host: string): string {
  return `${tls.mode === "none" ? "http" : "https"}://${host}`;
}

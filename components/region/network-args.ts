import type { AgentNetworkPolicyArgs, Destination } from "../agent-network-policy.ts";
import { closedWithin } from "../config/fields.ts";
import { isLoopback } from "../config/gateway-relations.ts";
import type { StackConfig } from "../config.ts";

const HTTPS_PORT = 443;
const HTTP_PORT = 80;

/** Who may talk to whom in a region, as the configuration says. */
export function networkArgs({
  networkPolicy,
  agents,
  upstream,
  valkey,
  postgres,
  gateway,
  telemetry,
}: StackConfig): Omit<AgentNetworkPolicyArgs, "namespace"> {
  const upstreams = upstream.mode === "anthropic" ? networkPolicy.upstreamCidrs : [];
  const issuerPorts = portsOfIssuers(gateway);
  // A rule without ports would open all of them.
  const issuers = issuerPorts.length === 0 ? [] : networkPolicy.identityCidrs;
  const collectors = telemetry.otlpEndpoint === undefined ? [] : networkPolicy.telemetryCidrs;
  const open =
    (ports: readonly number[]) =>
    (cidr: string): Destination => ({ cidr, except: closedWithin(cidr), ports });
  return {
    ingressNamespaces: networkPolicy.ingressNamespaces,
    ingressCidrs: networkPolicy.ingressCidrs,
    monitoringNamespaces: networkPolicy.monitoringNamespaces,
    dnsCidrs: networkPolicy.dnsCidrs,
    hasAgents: agents.length > 0,
    hasPostgres: postgres.mode === "single" || postgres.mode === "cluster",
    hasValkey: valkey.external === undefined,
    destinations: [
      ...upstreams.map(open([portOf(upstream.baseUrl)])),
      ...issuers.map(open(issuerPorts)),
      ...collectors.map(open([portOf(telemetry.otlpEndpoint)])),
      ...(valkey.external?.cidrs ?? []).map(open(valkey.external?.ports ?? [])),
      ...(postgres.external?.cidrs ?? []).map(open(postgres.external?.ports ?? [])),
    ],
  };
}

/** Of those outside the pod. */
function portsOfIssuers({ identity }: StackConfig["gateway"]): number[] {
  const urls = (identity?.jwt ?? []).map(({ jwksUrl }) => jwksUrl);
  const remote = urls.filter((url) => !isLoopback(new URL(url).hostname));
  return [...new Set(remote.map(portOf))];
}

function portOf(url: string | undefined): number {
  if (url === undefined) return HTTPS_PORT;
  const { port, protocol } = new URL(url);
  return Number(port || (protocol === "http:" ? HTTP_PORT : HTTPS_PORT));
}

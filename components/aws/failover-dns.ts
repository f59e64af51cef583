import { isIPv4 } from "node:net";
import { HealthCheck } from "@pulumi/aws/route53/healthCheck.js";
import { Record as DnsRecord, type RecordArgs } from "@pulumi/aws/route53/record.js";
import * as pulumi from "@pulumi/pulumi";
import { PATHS } from "../../agent-runtime/src/contract.ts";

/** A region as DNS has to know it. */
export interface DnsRegion {
  readonly name: string;
  /** DNS name or IPv4 address of the region's load balancer. */
  readonly address: string;
  /** Region of AWS that it is in, or closest to. */
  readonly awsRegion: string;
}

/** Who gets the traffic of healthy regions. */
export type Routing =
  | { readonly routing: "failover"; readonly primary: string }
  | { readonly routing: "weighted"; readonly weights: Readonly<Record<string, number>> }
  | { readonly routing: "latency" };

export interface FailoverDnsArgs {
  /** Hosted zone that the host belongs to. */
  readonly zoneId: pulumi.Input<string>;
  /** Name at which clients reach the platform, such as `agents.example.com`. */
  readonly host: string;
  /** Where the platform runs, in the order of the configuration. */
  readonly regions: readonly DnsRegion[];
  /** Who gets how much of the traffic: the key `failover` of the stack. */
  readonly traffic: Routing;
  /** Classes of agents, which answer at `<class>.<host>`. */
  readonly agents: readonly string[];
}

const HTTPS_PORT = 443;

/** Resolvers keep an answer this long, in seconds: the part of a failover that no health check can shorten. */
const TTL_SECONDS = 30;

/** Three failures 10 s apart: a region is out of DNS after half a minute. */
const CHECK_INTERVAL_SECONDS = 10;
const CHECK_FAILURES = 3;

/** Any number above zero: the only region with one gets everything. */
const PRIMARY_WEIGHT = 1;

/**
 * Moves clients between regions by Route 53: a health check and a name of its own for every region, and for the common name
 * one weighted or latency record for each.
 *
 * Failover is expressed by weights, 1 for the primary and 0 for the others: Route 53 takes to records of weight 0 when all
 * others are unhealthy. So there can be any number of standbys, and exchanging the primary changes two records, each of
 * which is valid at any time; two failover records of type PRIMARY would be refused in between.
 */
export class FailoverDns extends pulumi.ComponentResource {
  /** Ids of the health checks, by region. */
  readonly healthCheckIds: Readonly<Record<string, pulumi.Output<string>>>;

  constructor(name: string, args: FailoverDnsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("claude-agents:aws:FailoverDns", name, {}, opts);
    const child = { parent: this };
    const { zoneId, host, regions, traffic, agents } = args;

    const checks = regions.map((region) => {
      const regionHost = `${region.name}.${host}`;
      new DnsRecord(
        `${name}-${region.name}-host`,
        { zoneId, name: regionHost, ...target(region.address) },
        child,
      );
      const check = new HealthCheck(`${name}-${region.name}-check`, healthCheckArgs(regionHost), child);
      new DnsRecord(
        `${name}-${region.name}-traffic`,
        {
          zoneId,
          name: host,
          ...target(region.address),
          setIdentifier: region.name,
          healthCheckId: check.id,
          ...routingPolicy(traffic, region),
        },
        child,
      );
      return [region.name, check.id] as const;
    });
    for (const agent of agents) {
      new DnsRecord(`${name}-agent-${agent}`, { zoneId, name: `${agent}.${host}`, ...target(host) }, child);
    }

    this.healthCheckIds = Object.fromEntries(checks);
    this.registerOutputs({ healthCheckIds: this.healthCheckIds });
  }
}

function target(address: string): Pick<RecordArgs, "type" | "ttl" | "records"> {
  return { type: isIPv4(address) ? "A" : "CNAME", ttl: TTL_SECONDS, records: [address] };
}

/** By the name that only this region has, over the same way that clients take, and as strict as a readiness probe. */
function healthCheckArgs(fqdn: string) {
  return {
    type: "HTTPS",
    fqdn,
    port: HTTPS_PORT,
    resourcePath: PATHS.ready,
    enableSni: true,
    requestInterval: CHECK_INTERVAL_SECONDS,
    failureThreshold: CHECK_FAILURES,
    tags: { Name: fqdn },
  };
}

function routingPolicy(
  traffic: Routing,
  { name, awsRegion }: DnsRegion,
): Pick<RecordArgs, "weightedRoutingPolicies" | "latencyRoutingPolicies"> {
  switch (traffic.routing) {
    case "failover":
      return { weightedRoutingPolicies: [{ weight: name === traffic.primary ? PRIMARY_WEIGHT : 0 }] };
    case "weighted":
      return { weightedRoutingPolicies: [{ weight: traffic.weights[name] ?? 0 }] };
    case "latency":
      return { latencyRoutingPolicies: [{ region: awsRegion }] };
  }
}

import type { CloudArgs } from "./aws/cloud.ts";
import type { DnsRegion, Routing } from "./aws/failover-dns.ts";
import type { AwsSettings } from "./config/aws-schema.ts";
import type { StackConfig } from "./config.ts";

/** What AWS has to know of a stack. */
export function cloudArgs(stack: StackConfig, settings: AwsSettings): CloudArgs {
  const { environment, regions, agents, exposure } = stack;
  const { host } = exposure;
  if (settings.dns === undefined || host === undefined) return { environment, settings, regions };
  const dns = {
    host,
    regions: regions.flatMap(({ name, address, aws }): DnsRegion[] =>
      address === undefined || aws === undefined ? [] : [{ name, address, awsRegion: aws.region }],
    ),
    traffic: trafficOf(stack),
    agents: agents.map(({ name }) => name),
  };
  return { environment, settings, regions, dns };
}

function trafficOf({ failover: { routing, primary, weights } }: StackConfig): Routing {
  switch (routing) {
    case "failover":
      return { routing, primary };
    case "weighted":
      return { routing, weights };
    case "latency":
      return { routing };
  }
}

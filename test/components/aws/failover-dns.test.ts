import { describe, expect, test } from "vitest";
import { FailoverDns, type FailoverDnsArgs, type Routing } from "../../../components/aws/failover-dns.ts";
import { only, record } from "../record-stack.ts";

const RECORD = "aws:route53/record:Record";
const CHECK = "aws:route53/healthCheck:HealthCheck";

const ARGS: FailoverDnsArgs = {
  zoneId: "Z1",
  host: "agents.example.com",
  regions: [
    { name: "eu", address: "eu-lb.example.net", awsRegion: "eu-central-1" },
    { name: "us", address: "203.0.113.7", awsRegion: "us-east-1" },
    { name: "ap", address: "ap-lb.example.net", awsRegion: "ap-southeast-2" },
  ],
  traffic: { routing: "failover", primary: "eu" },
  agents: ["support"],
};

async function build(changes: Partial<FailoverDnsArgs> = {}) {
  const { resources } = await record(() => {
    new FailoverDns("dns", { ...ARGS, ...changes });
  });
  return { resources, find: (type: string, role: string) => only(resources, type, `dns-${role}`).inputs };
}

const weightsOf = async (traffic: Routing) => {
  const { find } = await build({ traffic });
  return ["eu", "us", "ap"].map(
    (region) => find(RECORD, `${region}-traffic`).weightedRoutingPolicies?.[0]?.weight,
  );
};

describe("DNS over regions", () => {
  test("is a name, a check and a share of the common name for each region, and a name for each class", async () => {
    const { resources } = await build();
    const names = resources.filter(({ type }) => type.startsWith("aws:")).map(({ name }) => name);
    expect(names.sort()).toEqual([
      "dns-agent-support",
      ...["ap", "eu", "us"].flatMap((region) => [
        `dns-${region}-check`,
        `dns-${region}-host`,
        `dns-${region}-traffic`,
      ]),
    ]);
  });

  test("checks each region by its own name, as strictly as a readiness probe", async () => {
    const { find } = await build();
    expect(find(CHECK, "eu-check")).toEqual({
      type: "HTTPS",
      fqdn: "eu.agents.example.com",
      port: 443,
      resourcePath: "/ready",
      enableSni: true,
      requestInterval: 10,
      failureThreshold: 3,
      tags: { Name: "eu.agents.example.com" },
    });
  });

  test("points at load balancers by name or address, for half a minute", async () => {
    const { find } = await build();
    const traffic = (region: string) => find(RECORD, `${region}-traffic`);
    expect(traffic("eu")).toMatchObject({
      zoneId: "Z1",
      name: "agents.example.com",
      type: "CNAME",
      records: ["eu-lb.example.net"],
      ttl: 30,
      setIdentifier: "eu",
      healthCheckId: "dns-eu-check-id",
    });
    expect(traffic("us")).toMatchObject({ type: "A", records: ["203.0.113.7"] });
    expect(find(RECORD, "eu-host")).toMatchObject({ name: "eu.agents.example.com", type: "CNAME" });
    expect(find(RECORD, "eu-host")).not.toHaveProperty("setIdentifier");
  });

  test("leads classes of agents to the common name, so that they move with it", async () => {
    const { find } = await build();
    expect(find(RECORD, "agent-support")).toMatchObject({
      name: "support.agents.example.com",
      type: "CNAME",
      records: ["agents.example.com"],
    });
  });

  test("gives everything to the primary and keeps the others as standbys", async () => {
    expect(await weightsOf({ routing: "failover", primary: "us" })).toEqual([0, 1, 0]);
  });

  test("splits by weights", async () => {
    expect(await weightsOf({ routing: "weighted", weights: { eu: 70, us: 30, ap: 0 } })).toEqual([70, 30, 0]);
  });

  test("chooses the closest region by latency", async () => {
    const { find } = await build({ traffic: { routing: "latency" } });
    expect(find(RECORD, "ap-traffic")).toMatchObject({
      latencyRoutingPolicies: [{ region: "ap-southeast-2" }],
    });
    expect(find(RECORD, "ap-traffic")).not.toHaveProperty("weightedRoutingPolicies");
  });

  test("exchanging the primary changes the shares of the two regions and nothing else", async () => {
    const [before, after] = [await build(), await build({ traffic: { routing: "failover", primary: "us" } })];
    const changed = before.resources.filter(
      (resource, index) => JSON.stringify(resource) !== JSON.stringify(after.resources[index]),
    );
    expect(after.resources).toHaveLength(before.resources.length);
    expect(changed.map(({ name }) => name).sort()).toEqual(["dns-eu-traffic", "dns-us-traffic"]);
  });
});

import { z } from "zod";
import { label } from "./fields.ts";
import { relation } from "./relations.ts";

const routing = z.enum(["failover", "weighted", "latency"]);

/** AWS counts weights up to 255; zero is a standby, which gets traffic when all others are unhealthy. */
const weight = z.int().min(0).max(255);

/** Which region gets how much of the traffic. Changing it moves traffic and nothing else. */
export const failoverSchema = z.strictObject({
  primary: label(24)
    .exactOptional()
    .describe("The region that gets the traffic while it is healthy; the first one when not stated"),
  routing: routing
    .default("failover")
    .describe(
      "failover sends everything to the primary and to the others when it is unhealthy; weighted splits by weights; latency chooses the region closest to the caller. Unhealthy regions get nothing in any of them",
    ),
  weights: z
    .record(label(24), weight)
    .default({})
    .describe("Share of each region's traffic, by its name, from 0 to 255; with routing weighted only"),
});

const withFailover = z.looseObject({
  regions: z.array(z.looseObject({ name: z.string() })).min(1),
  failover: z.looseObject({ primary: z.string().optional() }),
});

export const primaryAmongRegions = relation(withFailover, ({ regions, failover: { primary } }) => {
  const names = regions.map(({ name }) => name);
  if (primary === undefined || names.includes(primary)) return [];
  return [
    {
      path: ["failover", "primary"],
      got: JSON.stringify(primary),
      allowed: `one of the regions: ${names.join(", ")}`,
      fix: "name one of them, or add the region",
    },
  ];
});

const withWeights = z.looseObject({
  regions: z.array(z.looseObject({ name: z.string() })).min(1),
  failover: z.looseObject({ routing, weights: z.record(z.string(), weight) }),
});

export const weightsOfRegions = relation(withWeights, ({ regions, failover }) => {
  const names = regions.map(({ name }) => name);
  const stated = Object.keys(failover.weights);
  const path = ["failover", "weights"];
  if (failover.routing !== "weighted") {
    if (stated.length === 0) return [];
    return [
      {
        path,
        got: `weights, with routing ${failover.routing}`,
        allowed: "weights with routing weighted only",
        fix: "remove weights, or set routing to weighted",
      },
    ];
  }
  const isComplete = names.every((name) => stated.includes(name)) && stated.length === names.length;
  if (isComplete && Object.values(failover.weights).some((each) => each > 0)) return [];
  return [
    {
      path,
      got: stated.length === 0 ? "no weights" : JSON.stringify(failover.weights),
      allowed: `a weight for each of ${names.join(", ")}, one of them above 0`,
      fix: "state a weight for every region and for nothing else",
    },
  ];
});

const withDns = z.looseObject({
  aws: z.looseObject({ dns: z.unknown().optional() }).optional(),
  exposure: z.looseObject({ host: z.string().optional() }),
  regions: z.array(z.looseObject({ name: z.string(), address: z.string().optional() })).min(1),
});

/** DNS has to know what for and where to. */
export const addressedRegions = relation(withDns, ({ aws, exposure, regions }) => {
  if (aws?.dns === undefined) return [];
  const without = regions.flatMap(({ name, address }, index) =>
    address !== undefined
      ? []
      : [
          {
            path: ["regions", index, "address"],
            got: `nothing, for ${name}, with aws.dns`,
            allowed: "the DNS name or IPv4 address of the region's load balancer",
            fix: "deploy without aws.dns first, then state the address that the load balancer got",
          },
        ],
  );
  if (exposure.host !== undefined) return without;
  const host = {
    path: ["exposure", "host"],
    got: "no host, with aws.dns",
    allowed: "the name in that zone at which clients reach the platform",
    fix: "state exposure.host, or remove aws.dns",
  };
  return [host, ...without];
});

import * as pulumi from "@pulumi/pulumi";
import { cloudArgs } from "./components/cloud-args.ts";
import { readConfig } from "./components/config.ts";
import { deployAgent } from "./components/deploy-agent.ts";
import { GatewayKey } from "./components/gateway-key.ts";
import { KeyHashSecret } from "./components/key-hash-secret.ts";
import { Region } from "./components/region.ts";

// Pulumi keeps a stack trace of every promise, and has each mapped back to its source: 0.6 s of a preview. There is nothing
// to map, as Node removes types in place.
Reflect.deleteProperty(Error, "prepareStackTrace");

const config = readConfig();

// One of each for all regions: whoever may call one may call the one that takes over.
const gatewayKey = new GatewayKey("gateway-key", config.rotation.gatewayKey);
const keyHashSecret = new KeyHashSecret("key-hash-secret");

// Loaded where it is needed alone: the cloud's SDK is large.
const { provisionCloud } = config.aws === undefined ? {} : await import("./components/aws/cloud.ts");

/** What the stack has in AWS; null without `aws` in its configuration. */
export const cloud = (config.aws && provisionCloud?.(cloudArgs(config, config.aws))) ?? null;

const deployed = config.regions.map(
  (region) =>
    new Region(region.name, {
      region,
      stack: config,
      gatewayKeySha256: gatewayKey.sha256,
      keyHashSecret: keyHashSecret.value,
      roles: cloud?.roleArns[region.name] ?? {},
    }),
);

/** The classes of agents beside the coordinator, and where each is to be found. */
export const agents = config.agents.map((agent) => deployAgent(agent, deployed));

/** Where the platform runs: one entry for each region, in the order of the configuration. */
export const regions = deployed.map((region) => region.summary);

/** Image that every coordinator runs. */
export const image = config.image;

/** The key that clients send as `x-api-key`. Show it with `pulumi stack output gatewayApiKey --show-secrets`. */
export const gatewayApiKey = pulumi.secret(gatewayKey.key);

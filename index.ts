import * as pulumi from "@pulumi/pulumi";
import { readConfig } from "./components/config.ts";
import { GatewayKey } from "./components/gateway-key.ts";
import { Region } from "./components/region.ts";

const config = readConfig();

// One key for all regions: whoever may call one may call the one that takes over.
const gatewayKey = new GatewayKey("gateway-key");

const deployed = config.regions.map(
  (region) => new Region(region.name, { region, stack: config, gatewayKeySha256: gatewayKey.sha256 }),
);

/** Where the platform runs: one entry for each region, in the order of the configuration. */
export const regions = deployed.map((region) => region.summary);

/** Image that every coordinator runs. */
export const image = config.image;

/** The key that clients send as `x-api-key`. Show it with `pulumi stack output gatewayApiKey --show-secrets`. */
export const gatewayApiKey = pulumi.secret(gatewayKey.key);

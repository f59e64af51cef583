import type * as pulumi from "@pulumi/pulumi";
import type { RegionConfig, StackConfig } from "../config.ts";
import type { SecretsSettings } from "../secrets.ts";

/** ARNs of the roles that the stack has made for a region. */
export interface RegionRoles {
  readonly database?: pulumi.Output<string>;
  readonly secrets?: pulumi.Output<string>;
}

/** Where a region's Secrets come from; what the configuration leaves out is the region's own. */
export function secretsSettings(
  { secrets: { aws, ...settings } }: StackConfig,
  region: RegionConfig,
  roles: RegionRoles,
): SecretsSettings {
  if (aws === undefined) return settings;
  const { region: awsRegion = region.aws?.region, roleArn = roles.secrets } = aws;
  if (awsRegion === undefined || roleArn === undefined) return settings;
  return { ...settings, aws: { region: awsRegion, roleArn } };
}

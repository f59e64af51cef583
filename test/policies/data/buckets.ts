import { cloudResourceOf, type PolicyResource } from "../judge.ts";

/** A bucket with a name of its own. */
export function bucket(
  properties: object = {},
  name = "backups",
  type = "aws:s3/bucket:Bucket",
): PolicyResource {
  return located(cloudResourceOf(type, { bucket: name, ...properties }, name));
}

/** A setting of the bucket `backups` that stands in a resource of its own. */
export function setting(kind: string, properties: object = {}): PolicyResource {
  const token = kind.charAt(0).toLowerCase() + kind.slice(1);
  return located(cloudResourceOf(`aws:s3/${token}:${kind}`, { bucket: "backups", ...properties }, "setting"));
}

/** The same resource, with a property that was made of outputs of others. */
export function madeOf(
  resource: PolicyResource,
  property: string,
  ...sources: PolicyResource[]
): PolicyResource {
  return { ...resource, propertyDependencies: { [property]: sources } };
}

function located(resource: PolicyResource): PolicyResource {
  return { ...resource, urn: `urn:pulumi:test::claude-agents::${resource.type}::${resource.name}` };
}

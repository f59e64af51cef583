import type { PolicyResource } from "@pulumi/policy";
import { Field } from "../manifests/field.ts";
import type { Placed, Stack } from "../manifests/stack.ts";

/** Both names that Pulumi has for a resource of S3: `aws:s3/bucket:Bucket` and `aws:s3/bucketV2:BucketV2`. */
export function s3Types(name: string): readonly string[] {
  const token = name.charAt(0).toLowerCase() + name.slice(1);
  return [`aws:s3/${token}:${name}`, `aws:s3/${token}V2:${name}V2`];
}

/** Whether two resources of a stack belong together, or the value without which nobody can tell. */
type Tie = "tied" | "apart" | { readonly unknown: Field };

/** A bucket with those of its settings that stand in a resource of their own. */
export interface BucketWith {
  readonly bucket: PolicyResource;
  readonly root: Field;
  readonly placed: Placed;
  readonly settings: readonly Setting[];
  /** Names of buckets in settings that nobody knows yet: each may be for this bucket. */
  readonly open: readonly Field[];
}

export interface Setting {
  readonly resource: PolicyResource;
  readonly root: Field;
  readonly placed: Placed;
}

/**
 * Every bucket of a stack with its settings of one kind.
 * @param kind such as `BucketVersioning`
 */
export function bucketsWith(stack: Stack, kind: string): BucketWith[] {
  const settings = ofTypes(stack, s3Types(kind));
  return ofTypes(stack, s3Types("Bucket")).map((bucket) => {
    const ties = settings.map((setting) => ({ setting, tie: tieOf(bucket, setting) }));
    return {
      bucket,
      root: Field.root(bucket.props),
      placed: placeOf(bucket),
      settings: ties.flatMap(({ setting, tie }) => (tie === "tied" ? [settingOf(setting)] : [])),
      open: ties.flatMap(({ tie }) => (typeof tie === "string" ? [] : [tie.unknown])),
    };
  });
}

function settingOf(resource: PolicyResource): Setting {
  return { resource, root: Field.root(resource.props), placed: placeOf(resource) };
}

function ofTypes({ resources }: Stack, types: readonly string[]): PolicyResource[] {
  return resources.filter(({ type }) => types.includes(type));
}

/** What a property was made of says it without its value; else the name of the bucket does. */
function tieOf(bucket: PolicyResource, setting: PolicyResource): Tie {
  const sources = setting.propertyDependencies["bucket"] ?? [];
  if (sources.some(({ urn }) => urn === bucket.urn)) return "tied";
  const named = Field.root(setting.props).at("bucket");
  if (named.unknown) return sources.some(isBucket) ? "apart" : { unknown: named };
  const names = ["bucket", "id"].map((key) => Field.root(bucket.props).at(key));
  return names.some(({ text }) => text !== undefined && text === named.text) ? "tied" : "apart";
}

function isBucket({ type }: PolicyResource): boolean {
  return s3Types("Bucket").includes(type);
}

/** Whether a property was made of a resource of this service, such as `aws:kms/`; then it is set, though nobody knows to what. */
export function isMadeOf(
  { propertyDependencies }: PolicyResource,
  property: string,
  service: string,
): boolean {
  return (propertyDependencies[property] ?? []).some(({ type }) => type.startsWith(service));
}

/** A resource of a cloud as the place of a finding: type and name stand where those of an object of Kubernetes do. */
export function placeOf(resource: PolicyResource): Placed {
  const root = Field.root({ metadata: { name: resource.name } });
  return { resource, manifest: { kind: resource.type, root }, cluster: "" };
}

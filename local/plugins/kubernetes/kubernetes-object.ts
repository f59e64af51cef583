import { isPropertyMap, type PropertyMap, type PropertyValue } from "../protocol/property-value.ts";

export type StringMap = { [key: string]: string | undefined };

export type ObjectMeta = {
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  labels?: StringMap;
  annotations?: StringMap;
  finalizers?: string[];
  managedFields?: { manager?: string; operation?: string }[];
  [key: string]: PropertyValue | undefined;
};

export type Condition = { type: string; status: string; reason?: string; message?: string };

/** An object as a program declares it. */
export type Manifest = PropertyMap & { apiVersion: string; kind: string; metadata: ObjectMeta };

/** An object as the API server answers it, with the conditions that most kinds report. */
export type LiveObject = Manifest & { status?: PropertyMap & { conditions?: Condition[] } };

/** What is needed to address one object. */
export type ObjectReference = {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
};

/** Whether checked inputs are known well enough to address an object: kind, name and namespace are. */
export function isManifest(value: PropertyMap): value is Manifest {
  const metadata = value["metadata"];
  return (
    typeof value["apiVersion"] === "string" &&
    typeof value["kind"] === "string" &&
    isPropertyMap(metadata) &&
    typeof metadata["name"] === "string"
  );
}

export function asManifest(value: PropertyMap): Manifest {
  if (!isManifest(value)) {
    throw new Error("the resource has no apiVersion, kind or metadata.name, so it is no Kubernetes object");
  }
  return value;
}

/** `apps/Deployment`, `/Service`: a kind whatever its version. */
export function groupKind({ apiVersion, kind }: { apiVersion: string; kind: string }): string {
  const group = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
  return `${group}/${kind}`;
}

/** The id of an object in the state: `namespace/name`, or `name` for a cluster-wide kind. */
export function objectId({ metadata: { namespace, name } }: ObjectReference): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

/** How messages name an object: `apps/v1 Deployment default/web`. */
export function objectLabel(object: ObjectReference): string {
  return `${object.apiVersion} ${object.kind} ${objectId(object)}`;
}

/** `kubernetes:core/v1:Secret` → `v1`, `Secret`. */
export function kindOfType(type: string): { apiVersion: string; kind: string } {
  const [, apiVersion = "", kind = ""] = type.split(":");
  return { apiVersion: apiVersion.replace(/^core\//, ""), kind };
}

/** On its way out: applying to it would be lost with it. */
export function isTerminating(live: LiveObject): boolean {
  return live.metadata["deletionTimestamp"] !== undefined;
}

export function isSecretKind(object: PropertyMap): boolean {
  return object["kind"] === "Secret" && object["apiVersion"] === "v1";
}

export function annotation(object: PropertyMap, key: string): string | undefined {
  const value = memberAt(object, ["metadata", "annotations", key]);
  return typeof value === "string" ? value : undefined;
}

/** The value at `path`, or `undefined` where the tree ends before. */
export function memberAt(
  value: PropertyValue | undefined,
  path: readonly (string | number)[],
): PropertyValue | undefined {
  return path.reduce<PropertyValue | undefined>((at, step) => {
    if (Array.isArray(at)) return at[Number(step)];
    return isPropertyMap(at) ? at[step] : undefined;
  }, value);
}

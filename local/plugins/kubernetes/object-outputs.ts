import {
  isPropertyMap,
  mapMembers,
  type PropertyMap,
  type PropertyValue,
  secret,
  UNKNOWN,
} from "../protocol/property-value.ts";
import { isSecretKind, type LiveObject, type Manifest, memberAt } from "./kubernetes-object.ts";

const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/**
 * `value` without `null` and `undefined` members: the API server drops them, so they must not look like a
 * change.
 */
export function withoutNulls(value: PropertyValue): PropertyValue {
  if (Array.isArray(value)) return value.map(withoutNulls);
  return isPropertyMap(value) ? membersWithoutNulls(value) : value;
}

/** {@link withoutNulls} for the members of a map. */
export function membersWithoutNulls(map: PropertyMap): PropertyMap {
  const present = Object.entries(map).filter(([, member]) => member !== null);
  return mapMembers(Object.fromEntries(present), withoutNulls);
}

/**
 * The state of an object: as it is in the cluster, without bookkeeping, a Secret's contents marked secret.
 */
export function objectOutputs(live: LiveObject | PropertyMap, inputs: PropertyMap): PropertyMap {
  const outputs = membersWithoutNulls(live);
  const metadata = outputs["metadata"];
  if (isPropertyMap(metadata)) delete metadata["managedFields"];
  if (!isSecretKind(outputs)) return outputs;

  const annotations = memberAt(metadata, ["annotations"]);
  if (isPropertyMap(annotations)) delete annotations[LAST_APPLIED];
  const { data, stringData = inputs["stringData"], ...rest } = outputs;
  return { ...rest, ...hidden("data", data), ...hidden("stringData", stringData) };
}

function hidden(key: string, value: PropertyValue | undefined): PropertyMap {
  return value === undefined ? {} : { [key]: secret(withoutNulls(value)) };
}

/** What a preview of Create can tell: everything but what the server assigns. */
export function previewedOutputs(expected: PropertyMap, inputs: PropertyMap): PropertyMap {
  const assigned = {
    uid: UNKNOWN,
    resourceVersion: UNKNOWN,
    creationTimestamp: UNKNOWN,
    generation: UNKNOWN,
  };
  const metadata = isPropertyMap(expected["metadata"])
    ? { ...expected["metadata"], ...assigned }
    : expected["metadata"];
  return objectOutputs({ ...expected, metadata, status: UNKNOWN }, inputs);
}

/** What a preview of Update can tell. */
export function previewedUpdate(expected: Manifest, inputs: PropertyMap): PropertyMap {
  const metadata = { ...expected.metadata, resourceVersion: UNKNOWN, generation: UNKNOWN };
  return objectOutputs({ ...expected, metadata, status: UNKNOWN }, inputs);
}

/**
 * A dry run makes up addresses and ports that the real run will not get: those the inputs leave open become
 * unknown.
 */
export function withUnknownAddresses(service: Manifest, inputs: PropertyMap): Manifest {
  const spec = service["spec"];
  if (!isPropertyMap(spec)) return service;
  const open = ["clusterIP", "clusterIPs"].filter(
    (key) => memberAt(inputs, ["spec", key]) === undefined && spec[key] !== undefined,
  );
  const ports = Array.isArray(spec["ports"])
    ? spec["ports"].map((port, index) =>
        withUnknownNodePort(port, memberAt(inputs, ["spec", "ports", index, "nodePort"])),
      )
    : undefined;
  const addresses = Object.fromEntries(open.map((key) => [key, UNKNOWN]));
  return { ...service, spec: { ...spec, ...addresses, ...(ports ? { ports } : {}) } };
}

function withUnknownNodePort(port: PropertyValue, wanted: PropertyValue | undefined): PropertyValue {
  return isPropertyMap(port) && port["nodePort"] !== undefined && wanted === undefined
    ? { ...port, nodePort: UNKNOWN }
    : port;
}

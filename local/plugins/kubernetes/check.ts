import {
  containsUnknown,
  isPropertyMap,
  mapMembers,
  type PropertyMap,
  type PropertyValue,
  UNKNOWN,
} from "../protocol/property-value.ts";
import type { CheckFailure, CheckRequest, CheckResult } from "../protocol/provider-plugin.ts";
import { withGeneratedName } from "./autoname.ts";
import { kindOfType, memberAt } from "./kubernetes-object.ts";
import { membersWithoutNulls } from "./object-outputs.ts";
import type { ProviderSession } from "./session.ts";
import { typeRefusal } from "./unsupported.ts";

/**
 * Fills in apiVersion, kind, name and namespace, drops what only the server may say, and refuses what is not
 * supported.
 */
export async function checkObject(session: ProviderSession, request: CheckRequest): Promise<CheckResult> {
  const refusal = typeRefusal(request.type, request.inputs);
  if (refusal !== undefined)
    return { inputs: request.inputs, failures: [{ property: "kind", reason: refusal }] };

  const { status: _, ...declared } = membersWithoutNulls(request.inputs);
  const { apiVersion, kind } = kindOfType(request.type);
  const object: PropertyMap = { apiVersion, kind, ...declared };
  if (object["apiVersion"] === UNKNOWN || object["metadata"] === UNKNOWN)
    return { inputs: object, failures: [] };

  rememberDefinition(session, object);
  const metadata = isPropertyMap(object["metadata"]) ? withTextValues(object["metadata"]) : {};
  const named = metadata["name"] ? metadata : withGeneratedName(metadata, request.name, request.oldInputs);
  return withNamespace(session, { ...object, metadata: named }, named);
}

/** Labels and annotations are texts; programs also give numbers and booleans. */
function withTextValues(metadata: PropertyMap): PropertyMap {
  return mapMembers(metadata, (member, key) =>
    (key === "labels" || key === "annotations") && isPropertyMap(member)
      ? mapMembers(member, String)
      : member,
  );
}

/** Namespaced kinds get the provider's namespace; a kind that is not served yet is left as it is. */
async function withNamespace(
  session: ProviderSession,
  object: PropertyMap,
  metadata: PropertyMap,
): Promise<CheckResult> {
  const kind = String(object["kind"]);
  const resource = await session.api.resourceOf(String(object["apiVersion"]), kind);
  if (!resource) return { inputs: object, failures: [] };
  if (resource.namespaced) {
    const namespace = metadata["namespace"] ?? session.api.defaultNamespace;
    return { inputs: { ...object, metadata: { ...metadata, namespace } }, failures: [] };
  }
  const failures: CheckFailure[] = metadata["namespace"]
    ? [{ property: "metadata.namespace", reason: `${kind} is cluster-wide: leave the namespace out` }]
    : [];
  return { inputs: object, failures };
}

function rememberDefinition(session: ProviderSession, object: PropertyMap): void {
  const spec = object["spec"];
  if (object["kind"] !== "CustomResourceDefinition" || containsUnknown(spec)) return;
  const kind = memberAt(spec, ["names", "kind"]);
  const versions: PropertyValue | undefined = memberAt(spec, ["versions"]);
  for (const version of Array.isArray(versions) ? versions : []) {
    session.definedKinds.add(`${memberAt(spec, ["group"])}/${memberAt(version, ["name"])}/${kind}`);
  }
}

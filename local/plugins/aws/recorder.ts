import type { EngineLog } from "../protocol/engine-log.ts";
import { changedMembers } from "../protocol/property-change.ts";
import { mapMembers, type PropertyMap, UNKNOWN } from "../protocol/property-value.ts";
import type { ProviderPlugin, ResourceIdentity } from "../protocol/provider-plugin.ts";
import { DEFAULT_REGION, digits, type Invention } from "./invention.ts";
import { RESOURCE_TYPES, type ResourceType } from "./resource-types.ts";

const WARNING =
  "The aws provider is the embedded recorder: it wrote down what was asked for and invented ids and ARNs. " +
  "Nothing was made or looked at in any cloud.";

/** A provider that makes nothing: it keeps the inputs and answers with invented ids, so that previews without an account work. */
export function createAwsRecorder(log: EngineLog): ProviderPlugin {
  let providerRegion = DEFAULT_REGION;
  let warned = false;

  /** Inputs and inventions together, as the outputs of the resource. */
  function describe(identity: ResourceIdentity, inputs: PropertyMap): Invention {
    const region = typeof inputs["region"] === "string" ? inputs["region"] : providerRegion;
    const { id, outputs } = typeOf(identity).invent({ urn: identity.urn, inputs, region });
    return { id, outputs: { ...inputs, region, tagsAll: inputs["tags"] ?? {}, ...outputs } };
  }

  return {
    configure({ region }) {
      if (typeof region === "string" && region !== "") providerRegion = region;
    },
    check(request) {
      const type = typeOf(request);
      if (!warned) log.warning(request.urn, WARNING);
      warned = true;
      return { inputs: withName(type, request, request.inputs), failures: [] };
    },
    diff(request) {
      const { replaceOn } = typeOf(request);
      const changes = changedMembers(request.oldInputs, request.inputs);
      return {
        changes: changes.map((change) => ({ ...change, replace: isReplacing(change.path, replaceOn) })),
      };
    },
    create(request) {
      const { id, outputs } = describe(request, request.inputs);
      if (!request.preview) return { id, outputs };
      return { id: "", outputs: hideInventions(outputs, request.inputs) };
    },
    update: (request) => ({ outputs: describe(request, request.inputs).outputs }),
    read(request) {
      if (Object.keys(request.oldOutputs).length > 0) {
        return { inputs: request.oldInputs, outputs: request.oldOutputs };
      }
      throw new Error(
        `${request.type} cannot be imported or looked up: the embedded aws recorder reaches no cloud.`,
      );
    },
    delete: () => undefined,
    cancel: () => undefined,
  };
}

function typeOf({ type }: ResourceIdentity): ResourceType {
  const known = RESOURCE_TYPES[type];
  if (known !== undefined) return known;
  throw new Error(
    `${type} is not known to the embedded aws recorder, which covers only what this stack uses. ` +
      "Preview this program with the official aws provider.",
  );
}

function withName(
  { nameInput, namePrefix = "" }: ResourceType,
  { urn, name }: ResourceIdentity,
  inputs: PropertyMap,
) {
  if (nameInput === undefined || inputs[nameInput] !== undefined) return inputs;
  const prefix = inputs[`${nameInput}Prefix`];
  const stem = typeof prefix === "string" ? prefix : `${namePrefix}${name.toLowerCase()}-`;
  return { ...inputs, [nameInput]: `${stem}${digits(urn, 7)}` };
}

function isReplacing(path: string, replaceOn: readonly string[]): boolean {
  return path === "region" || replaceOn.includes(path);
}

function hideInventions(outputs: PropertyMap, inputs: PropertyMap): PropertyMap {
  return mapMembers(outputs, (value, name) => (name in inputs || name === "region" ? value : UNKNOWN));
}

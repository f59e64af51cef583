import { parseAllDocuments } from "yaml";
import { isPropertyMap, type PropertyMap, type PropertyValue } from "../protocol/property-value.ts";

/**
 * The objects in a text of YAML documents, those inside lists one by one: what `kubernetes.yaml.ConfigGroup`
 * asks for.
 */
export function decodeYaml(text: string): PropertyMap[] {
  const documents = parseAllDocuments(text).map((document): PropertyValue => {
    const [fault] = document.errors;
    if (fault) throw new Error(`the YAML cannot be read: ${fault.message}`);
    return document.toJS();
  });
  return documents.filter(isPropertyMap).flatMap((object) => {
    const { kind, items } = object;
    return String(kind).endsWith("List") && Array.isArray(items) ? items.filter(isPropertyMap) : [object];
  });
}

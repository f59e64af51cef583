import structProto from "google-protobuf/google/protobuf/struct_pb.js";
import {
  isPropertyMap,
  mapMembers,
  markMembers,
  type PropertyMap,
  type PropertyValue,
  unwrapMembers,
} from "./property-value.ts";

type Struct = structProto.Struct;
type SendableMap = Record<string, structProto.JavaScriptValue>;

/** Properties as sent, secrets still wrapped. Absent: none. */
export function propertiesOf(struct: Struct | undefined): PropertyMap {
  const properties: PropertyMap = struct?.toJavaScript() ?? {};
  return properties;
}

/** Properties as a plugin gets them: secrets unwrapped. */
export function plainPropertiesOf(struct: Struct | undefined): PropertyMap {
  return unwrapMembers(propertiesOf(struct));
}

/** `properties` ready to send, secret wherever `like` (the properties of the request being answered) was. */
export function toStruct(properties: PropertyMap, like?: Struct): Struct {
  const marked = markMembers(properties, propertiesOf(like));
  return structProto.Struct.fromJavaScript(mapMembers(marked, withoutUndefined) as SendableMap);
}

/** Struct cannot hold `undefined`. */
function withoutUndefined(value: PropertyValue): PropertyValue {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  return isPropertyMap(value) ? mapMembers(value, withoutUndefined) : value;
}

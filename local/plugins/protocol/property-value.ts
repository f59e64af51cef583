/**
 * Values of resource properties as the engine sends them: JSON, with placeholders for unknown values and
 * wrappers for secrets.
 */

export type PropertyValue = null | boolean | number | string | PropertyValue[] | PropertyMap;
/** A member that is `undefined` counts as absent. */
export type PropertyMap = { [key: string]: PropertyValue | undefined };

/** What the engine sends, and expects back, for a value that is known only once the update runs. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const SIGNATURE_KEY = "4dabf18193072939515e22adb298388d";
const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";

export function isPropertyMap(value: unknown): value is PropertyMap {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/** `value` marked secret: the engine encrypts it in the state and hides it in its output. */
export function secret(value: PropertyValue): PropertyMap {
  return { [SIGNATURE_KEY]: SECRET_SIGNATURE, value };
}

function isSecret(value: PropertyMap): boolean {
  return value[SIGNATURE_KEY] === SECRET_SIGNATURE;
}

/** `value` as the plugin works with it: the same tree without the wrappers around secrets. */
export function unwrapSecrets(value: PropertyValue): PropertyValue {
  if (Array.isArray(value)) return value.map(unwrapSecrets);
  if (!isPropertyMap(value)) return value;
  return isSecret(value) ? unwrapSecrets(value["value"] ?? null) : unwrapMembers(value);
}

/** {@link unwrapSecrets} for the properties of a resource. */
export function unwrapMembers(properties: PropertyMap): PropertyMap {
  return mapMembers(properties, (member) => unwrapSecrets(member));
}

export function containsSecret(value: PropertyValue | undefined): boolean {
  if (Array.isArray(value)) return value.some(containsSecret);
  return isPropertyMap(value) && (isSecret(value) || Object.values(value).some(containsSecret));
}

/** The texts that are secret somewhere in `value`. */
export function secretTexts(value: PropertyValue | undefined, isHidden = false): string[] {
  if (typeof value === "string") return isHidden ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((item) => secretTexts(item, isHidden));
  if (!isPropertyMap(value)) return [];
  if (isSecret(value)) return secretTexts(value["value"], true);
  return Object.values(value).flatMap((member) => secretTexts(member, isHidden));
}

/** Whether `value` is unknown, wholly or somewhere inside. */
export function containsUnknown(value: PropertyValue | undefined): boolean {
  if (Array.isArray(value)) return value.some(containsUnknown);
  return value === UNKNOWN || (isPropertyMap(value) && Object.values(value).some(containsUnknown));
}

/**
 * `value` with the secrets of `like` marked again at the same places. Where the two do not line up (an array
 * of another length or with other `name`s, another type), the whole value there becomes secret: rather too
 * much hidden than too little.
 */
export function markSecrets(value: PropertyValue, like: PropertyValue | undefined): PropertyValue {
  if (value === null || !containsSecret(like) || (isPropertyMap(value) && isSecret(value))) return value;
  if (isPropertyMap(like) && !isSecret(like) && isPropertyMap(value)) return markMembers(value, like);
  if (Array.isArray(like) && Array.isArray(value) && linesUp(like, value)) {
    return value.map((item, index) => markSecrets(item, like[index]));
  }
  return secret(value);
}

/** {@link markSecrets} for the properties of a resource. */
export function markMembers(properties: PropertyMap, like: PropertyMap): PropertyMap {
  return mapMembers(properties, (member, key) => markSecrets(member, like[key]));
}

function linesUp(like: PropertyValue[], values: PropertyValue[]): boolean {
  return (
    like.length === values.length &&
    like.every((item, index) => nameOf(unwrapSecrets(item)) === nameOf(values[index]))
  );
}

function nameOf(value: PropertyValue | undefined): PropertyValue | undefined {
  return isPropertyMap(value) ? value["name"] : undefined;
}

/** `map` with each member that is present replaced by what `change` makes of it. */
export function mapMembers(
  map: PropertyMap,
  change: (member: PropertyValue, key: string) => PropertyValue,
): PropertyMap {
  const present = Object.entries(map).flatMap(([key, member]) =>
    member === undefined ? [] : [[key, change(member, key)] as const],
  );
  return Object.fromEntries(present);
}

/** The name in `urn:pulumi:<stack>::<project>::<types>::<name>`. */
export function nameInUrn(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

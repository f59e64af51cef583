/**
 * The value of a record's own entry. Names come from callers: one like `constructor` must not find what every object
 * inherits.
 */
export function ownValue<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

/**
 * One value of a manifest and the path that led to it.
 *
 * The policy SDK hands out inputs that throw when a value is read that a preview cannot know. A `Field` turns
 * that into a state, so that one unknown value neither ends the inspection of the others nor counts as missing.
 */
export class Field {
  /** The value; `undefined` where it is missing or unknown. */
  readonly value: unknown;
  /** The SDK's own error where the value is unknown; throwing it makes the SDK report the policy as not run. */
  readonly unknown: Error | undefined;
  readonly #parent: Field | undefined;
  /** Name of the property, or position in the list. */
  readonly #key: string | number;

  private constructor(parent: Field | undefined, key: string | number, value: unknown, unknown?: Error) {
    this.#parent = parent;
    this.#key = key;
    this.value = value;
    this.unknown = unknown;
  }

  static root(properties: unknown): Field {
    return new Field(undefined, "", properties);
  }

  /** For example `.spec.template.spec.containers[0].image`; empty for the manifest itself. Put together only on demand. */
  get path(): string {
    if (this.#parent === undefined) return "";
    const [parent, key] = [this.#parent.path, this.#key];
    if (typeof key === "string" && /^[\w-]+$/.test(key)) return `${parent}.${key}`;
    return `${parent}[${JSON.stringify(key)}]`;
  }

  /** Whether the value is known to be absent: undefined or null, here or in any parent. */
  get missing(): boolean {
    return this.unknown === undefined && (this.value === undefined || this.value === null);
  }

  /**
   * Walks down by property names. Below a missing value everything is missing, below an unknown one unknown.
   * @throws Error where a value on the way is not an object, because then nothing can be said about the manifest.
   */
  at(...keys: readonly string[]): Field {
    return keys.reduce<Field>((field, key) => field.property(key), this);
  }

  /**
   * The elements of a list: none where it is missing, one unknown element where it is unknown.
   * @throws Error where the value is anything else than a list.
   */
  items(): Field[] {
    if (this.unknown) return [this];
    if (this.missing) return [];
    const list = this.value;
    if (!Array.isArray(list)) throw new Error(`${this.path}: expected a list, got ${typeof list}`);
    return Array.from({ length: list.length }, (_, index) =>
      this.read(index, () => (list as readonly unknown[])[index]),
    );
  }

  /**
   * The properties of an object by name, or the elements of a list by position; none where it is missing, and one
   * unknown property of no name where it is unknown.
   * @throws Error where the value is not an object.
   */
  entries(): [name: string, field: Field][] {
    if (this.unknown) return [["", this]];
    if (this.missing) return [];
    if (Array.isArray(this.value)) return this.items().map((item, index) => [String(index), item]);
    return Object.keys(this.object()).map((key) => [key, this.property(key)]);
  }

  /** Whether the value is an object or a list, and so has properties to look into. */
  get composite(): boolean {
    return typeof this.value === "object" && this.value !== null;
  }

  /** The value where it is a string. */
  get text(): string | undefined {
    return typeof this.value === "string" ? this.value : undefined;
  }

  private property(key: string): Field {
    if (this.unknown) return this;
    if (this.missing) return new Field(this, key, undefined);
    const object = this.object();
    return this.read(key, () => (Object.hasOwn(object, key) ? object[key] : undefined));
  }

  private object(): Readonly<Record<string, unknown>> {
    if (!this.composite) {
      throw new Error(`${this.path || "the manifest"}: expected an object, got ${typeof this.value}`);
    }
    return this.value as Readonly<Record<string, unknown>>;
  }

  /** Reading plain data never throws; what is thrown here is the SDK's word for a value that is not known yet. */
  private read(key: string | number, get: () => unknown): Field {
    try {
      return new Field(this, key, get());
    } catch (error) {
      return new Field(this, key, undefined, error instanceof Error ? error : new Error(String(error)));
    }
  }
}

/** An id is shown in a response header. */
export const POLICY_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/** What stands before a policy's scope. */
interface PolicyHeader {
  /** Value of its annotation `@id`. */
  readonly id?: string;
  readonly isForbid: boolean;
}

/** Blank space or a comment; an annotation with its value, if it has one; the effect. */
const TOKEN = /(?:\s+|\/\/[^\n]*\n?)|@(\w+)(?:\s*\(\s*"((?:[^"\\]|\\.)*)"\s*\))?|(permit|forbid)/y;

/**
 * Reads the header of a policy that Cedar has found to be well formed. Cedar's own way to it, its JSON form, would compile
 * another part of its WebAssembly, 30 ms at start.
 */
export function readPolicyHeader(policy: string): PolicyHeader {
  let id: string | undefined;
  TOKEN.lastIndex = 0;
  for (let token = TOKEN.exec(policy); token !== null; token = TOKEN.exec(policy)) {
    const [, annotation, value = "", effect] = token;
    if (annotation === "id") id = value;
    if (effect !== undefined) return { isForbid: effect === "forbid", ...(id === undefined ? {} : { id }) };
  }
  throw new Error("Cedar has taken a policy without an effect");
}

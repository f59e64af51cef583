import { LineCounter, parseDocument } from "yaml";
import { ConfigError } from "./config-error.ts";
import type { MountedFile } from "./mounted-files.ts";

/** How often what an anchor stands for may be repeated: a few lines of nested aliases would else unfold to gigabytes. */
const MAX_ALIASES = 100;

/**
 * The value of a YAML 1.2 document. An empty one is `undefined`.
 *
 * @throws {ConfigError} naming every fault with its line: syntax, keys that stand twice or are no strings, unknown tags,
 * a second document, aliases without anchor or without measure.
 */
export function readYaml({ name, text }: MountedFile): unknown {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false, stringKeys: true });
  const problems = [...document.errors, ...document.warnings];
  if (problems.length > 0) {
    throw new ConfigError(
      problems.map(({ pos: [offset], message }) => ({
        path: `${name}:${lineCounter.linePos(offset).line}`,
        allowed: message,
      })),
    );
  }
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES }) ?? undefined;
  } catch (thrown) {
    if (!(thrown instanceof ReferenceError)) throw thrown;
    throw new ConfigError([{ path: name, allowed: thrown.message }]);
  }
}

import { ConfigError, type ConfigFault } from "./config-error.ts";

type Parts = Readonly<Record<string, () => unknown>>;
type Loaded<P extends Parts> = { readonly [Name in keyof P]: ReturnType<P[Name]> };

/**
 * Loads everything that is made of mounted files, so that one start tells all that is wrong with any of them.
 *
 * @param parts each as what loads it and throws a `ConfigError` for its own files.
 * @throws {ConfigError} with every fault of every part.
 */
export function loadMounted<P extends Parts>(parts: P): Loaded<P> {
  const faults: ConfigFault[] = [];
  const loaded = Object.entries(parts).map(([name, load]) => {
    try {
      return [name, load()];
    } catch (thrown) {
      if (!(thrown instanceof ConfigError)) throw thrown;
      faults.push(...thrown.faults);
      return [name, undefined];
    }
  });
  if (faults.length > 0) throw new ConfigError(faults);
  return Object.fromEntries(loaded) as Loaded<P>;
}

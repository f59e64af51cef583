import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

/** A provider as the engine looks for it: by name and the exact version of the installed npm package. */
export interface ProviderPackage {
  readonly name: string;
  readonly version: string;
}

/** Providers that have a stand-in here. */
const PROVIDERS = ["kubernetes", "random", "aws"] as const;

/** The providers whose npm package is installed for the program in `cloneDir`, with their versions. */
export function providerPackages(cloneDir: string): ProviderPackage[] {
  return PROVIDERS.flatMap((name) => {
    const version = installedVersion(cloneDir, `@pulumi/${name}`);
    return version === undefined ? [] : [{ name, version }];
  });
}

/** File in a plugin's folder that tells a stand-in from a downloaded plugin. */
export const STAND_IN_MARK = "STAND-IN";

/** The folder in which the engine expects the provider. */
export function pluginFolder(home: string, { name, version }: ProviderPackage): string {
  return path.join(home, "plugins", `resource-${name}-v${version}`);
}

/** Version of an npm package as the program in `cloneDir` gets it; `undefined` when it is not installed. */
export function installedVersion(cloneDir: string, packageName: string): string | undefined {
  const require = createRequire(path.join(cloneDir, "package.json"));
  let file: string;
  try {
    file = require.resolve(`${packageName}/package.json`);
  } catch {
    return undefined;
  }
  const manifest: { version: string } = JSON.parse(readFileSync(file, "utf8"));
  return manifest.version.replace(/^v/, "");
}

import { existsSync, realpathSync } from "node:fs";
import fs from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { findOfficialProviders } from "./official-plugins.ts";
import { installedVersion, pluginFolder, providerPackages, STAND_IN_MARK } from "./provider-packages.ts";
import type { PulumiCli } from "./pulumi-cli.ts";

/** A plugin of this repository that runs in place of an official one. */
export interface StandIn {
  /** Name as the user knows it: `kubernetes`, `random`, `aws`, `language-nodejs`. */
  readonly name: string;
  readonly version: string;
}

/** `official-first`: stand-ins only for what cannot be downloaded. `stand-ins`: always, without asking. */
export type PluginChoice = "official-first" | "stand-ins";

export interface PulumiHomeOptions {
  /** `PULUMI_HOME`, made if missing. */
  readonly home: string;
  /** The clone, whose installed npm packages decide the versions. */
  readonly cloneDir: string;
  readonly cli: PulumiCli;
  readonly plugins: PluginChoice;
  /** Ends a download. */
  readonly signal: AbortSignal;
}

const PLUGIN_SOURCES = fileURLToPath(new URL("../plugins/", import.meta.url));
const LANGUAGE_HOST = "language-nodejs";

/**
 * Makes every plugin available that the stack needs: the official one where it can be had, else a stand-in.
 *
 * @returns the stand-ins in use
 */
export async function preparePulumiHome(options: PulumiHomeOptions): Promise<StandIn[]> {
  await preventLogs(options.home);
  const packages = providerPackages(options.cloneDir);
  const official =
    options.plugins === "stand-ins" ? new Set<string>() : await findOfficialProviders(options, packages);
  const providers = packages.filter(({ name }) => !official.has(name));
  for (const provider of providers) {
    await installLauncher(
      pluginFolder(options.home, provider),
      `pulumi-resource-${provider.name}`,
      provider.name,
    );
  }
  if (options.plugins === "official-first" && hasOfficialLanguageHost(options.cli)) return providers;
  return [await installLanguageHost(options), ...providers];
}

/**
 * The CLI would write the properties of all resources to a log of its own for every command, a twelfth of the work of a
 * preview, and has no switch for that. It goes without where it cannot make the folder.
 */
async function preventLogs(home: string): Promise<void> {
  const folder = path.join(home, "logs");
  await fs.rm(folder, { recursive: true, force: true });
  await fs.writeFile(
    folder,
    "This file keeps the Pulumi CLI from keeping logs with the properties of all resources.\n",
  );
}

async function installLanguageHost({ home, cloneDir }: PulumiHomeOptions): Promise<StandIn> {
  const version = installedVersion(cloneDir, "@pulumi/pulumi");
  if (version === undefined)
    throw new Error(`@pulumi/pulumi is not installed for ${cloneDir}. Run npm ci there.`);
  const folder = path.join(home, "plugins", `${LANGUAGE_HOST}-v${version}`);
  await installLauncher(folder, `pulumi-${LANGUAGE_HOST}`, LANGUAGE_HOST);
  return { name: LANGUAGE_HOST, version };
}

/** Official installations carry the language host beside the CLI (beside the file itself, where that is linked to). */
function hasOfficialLanguageHost(cli: PulumiCli): boolean {
  return existsSync(path.join(path.dirname(realpathSync(cli.path)), `pulumi-${LANGUAGE_HOST}`));
}

/** A real folder with a launcher: the engine does not follow a linked one. */
async function installLauncher(folder: string, executable: string, source: string): Promise<void> {
  const main = path.join(PLUGIN_SOURCES, source, "main.ts");
  const script = `#!/bin/sh\nexec ${quote(process.execPath)} --disable-warning=ExperimentalWarning ${quote(main)} "$@"\n`;
  await fs.mkdir(folder, { recursive: true });
  await fs.writeFile(
    path.join(folder, STAND_IN_MARK),
    "Runs a program of the clone in place of the official plugin.\n",
  );
  await fs.writeFile(path.join(folder, executable), script, { mode: 0o755 });
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

import { existsSync } from "node:fs";
import fs from "node:fs/promises";
import path from "node:path";
import { type ProviderPackage, pluginFolder, STAND_IN_MARK } from "./provider-packages.ts";
import { type PulumiCli, runCli } from "./pulumi-cli.ts";

/** The embedded environment has no cloud account, so the official provider could not even preview. */
const ALWAYS_STAND_IN = new Set(["aws"]);
const INSTALL_TIMEOUT_MS = 60_000;
const REFUSAL_VALID_MS = 24 * 60 * 60 * 1000;

interface Options {
  readonly home: string;
  readonly cli: PulumiCli;
  readonly signal: AbortSignal;
}

/**
 * Names of the providers whose official plugin is installed, after trying to download the missing ones. The first that
 * cannot be had ends the search, as all come from the same place, and for a day nothing is asked again.
 *
 * @throws the reason of `signal` when it is aborted in the meantime
 */
export async function findOfficialProviders(
  options: Options,
  packages: readonly ProviderPackage[],
): Promise<Set<string>> {
  const wanted = packages.filter(({ name }) => !ALWAYS_STAND_IN.has(name));
  const official = new Set(
    wanted.filter((provider) => isOfficial(options.home, provider)).map(({ name }) => name),
  );
  if (await wasRefusedLately(options.home)) return official;
  for (const provider of wanted.filter(({ name }) => !official.has(name))) {
    if (!(await download(options, provider))) {
      options.signal.throwIfAborted();
      await rememberRefusal(options.home);
      break;
    }
    official.add(provider.name);
  }
  return official;
}

function isOfficial(home: string, provider: ProviderPackage): boolean {
  const folder = pluginFolder(home, provider);
  return existsSync(folder) && !existsSync(path.join(folder, STAND_IN_MARK));
}

async function download({ home, cli, signal }: Options, provider: ProviderPackage): Promise<boolean> {
  // The CLI takes any folder of this name for the plugin, so a stand-in has to make room first.
  await fs.rm(pluginFolder(home, provider), { recursive: true, force: true });
  const { exitCode } = await runCli(cli, ["plugin", "install", "resource", provider.name, provider.version], {
    signal: AbortSignal.any([signal, AbortSignal.timeout(INSTALL_TIMEOUT_MS)]),
  });
  return exitCode === 0 && isOfficial(home, provider);
}

function refusalFile(home: string): string {
  return path.join(home, "official-plugins-refused");
}

async function wasRefusedLately(home: string): Promise<boolean> {
  const file = refusalFile(home);
  return existsSync(file) && Date.now() - (await fs.stat(file)).mtimeMs < REFUSAL_VALID_MS;
}

async function rememberRefusal(home: string): Promise<void> {
  await fs.writeFile(
    refusalFile(home),
    "The official plugins could not be downloaded; the age of this file says when.\n",
  );
}

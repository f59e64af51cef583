import os from "node:os";
import path from "node:path";
import { execa } from "execa";
import { bundlePolicies, PACK_FOLDER } from "../../policies/bundle.ts";
import { preparePulumiHome } from "../engine/pulumi-home.ts";
import type { Instance } from "../environment/instance.ts";
import { policyConfigFile } from "../policy/config-file.ts";

export interface OwnStackOptions {
  readonly instance: Instance;
  readonly stack: string;
  /** Path of the Pulumi CLI. */
  readonly pulumi: string;
  readonly signal: AbortSignal;
  /** Further arguments for the CLI. */
  readonly args: readonly string[];
}

/**
 * Runs the Pulumi CLI on a stack with the user's own backend, credentials and clusters, in the clone, with the policy
 * pack. Its output goes to the terminal and it may ask.
 *
 * @throws Error when the CLI fails or there is no backend
 */
export async function runOwnStack(operation: "preview" | "up", options: OwnStackOptions): Promise<void> {
  const { instance, stack, pulumi, signal, args } = options;
  requireBackend();
  await bundlePolicies();
  const env = await ownEnvironment(instance, pulumi, signal);
  const config = await policyConfigFile(instance.cloneDir, stack);
  const policies = ["--policy-pack", PACK_FOLDER, "--policy-pack-config", config];
  const result = await execa(pulumi, [operation, "--stack", stack, ...policies, ...args], {
    cwd: instance.cloneDir,
    env,
    stdio: "inherit",
    reject: false,
    cancelSignal: signal,
    forceKillAfterDelay: false,
  });
  if (result.exitCode !== 0)
    throw new Error(`pulumi ${operation} of the stack ${stack} failed; see its output above.`);
}

/** Official plugins come by themselves where they can be downloaded; elsewhere the stand-ins are put in their place. */
async function ownEnvironment(
  instance: Instance,
  pulumi: string,
  signal: AbortSignal,
): Promise<Record<string, string>> {
  const home = `${instance.stateDir}-pulumi-home`;
  const cli = { path: pulumi, cwd: instance.cloneDir, env: { ...definedEnv(), PULUMI_HOME: home } };
  const standIns = await preparePulumiHome({
    home,
    cloneDir: instance.cloneDir,
    cli,
    plugins: "official-first",
    signal,
  });
  if (standIns.length === 0) return {};
  console.error(`Stand-ins for official plugins: ${standIns.map(({ name }) => name).join(", ")}`);
  return {
    PULUMI_HOME: home,
    PATH: [path.dirname(process.execPath), process.env["PATH"]].join(path.delimiter),
  };
}

function definedEnv(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

function requireBackend(): void {
  const { PULUMI_BACKEND_URL: url, PULUMI_ACCESS_TOKEN: token } = process.env;
  if (url || token) return;
  throw new Error(
    "No backend for the state of this stack: neither PULUMI_BACKEND_URL nor PULUMI_ACCESS_TOKEN is set. " +
      "Set PULUMI_BACKEND_URL to where your team keeps its state, such as s3://my-bucket, or PULUMI_ACCESS_TOKEN for the " +
      `hosted service (your login in ${path.join(os.homedir(), ".pulumi")} works with bare pulumi commands only).`,
  );
}

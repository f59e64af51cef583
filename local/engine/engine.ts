import fs from "node:fs/promises";
import path from "node:path";
import { buildEngineEnvironment } from "./environment.ts";
import type { EngineEvent } from "./event-summary.ts";
import { type EngineFolders, engineFolders } from "./folders.ts";
import type { OperationResult } from "./operation-result.ts";
import { createOperationRunner } from "./operation-runner.ts";
import { ensurePassphrase } from "./passphrase.ts";
import { type ConfigOverrides, writeProject } from "./project.ts";
import { type PulumiCli, requireCli } from "./pulumi-cli.ts";
import { type PluginChoice, preparePulumiHome, type StandIn } from "./pulumi-home.ts";
import { releaseStaleLock, type StackAddress } from "./recovery.ts";
import { readStackState } from "./stack-state.ts";

export interface EngineOptions {
  /** The Pulumi CLI. */
  readonly pulumiPath: string;
  /** State folder of the environment; the engine keeps everything in `<stateDir>/engine`. */
  readonly stateDir: string;
  /** Folder with `Pulumi.yaml`, `Pulumi.<stack>.yaml` and the program; nothing is written there. */
  readonly cloneDir: string;
  /** Stack name, such as `local`. */
  readonly stack: string;
  /** Settings over those of the stack file; a key without a namespace belongs to the project. Default: none. */
  readonly configOverrides?: ConfigOverrides;
  /** Secret settings by key; encrypted on disk and in the state. Default: none. */
  readonly secretOverrides?: Readonly<Record<string, string>>;
  /** Folders of policy packs that every preview and update must pass. Default: none. */
  readonly policyPackDirs?: readonly string[];
  /** Files with the configuration of these packs, one for each in their order. Default: none, so that their defaults hold. */
  readonly policyPackConfigs?: readonly string[];
  /** Variables for the program and the plugins, which otherwise get nothing of the user's own credentials. Default: none. */
  readonly env?: Readonly<Record<string, string>>;
  /** Default `official-first`. */
  readonly plugins?: PluginChoice;
  /** Ends the preparation, which may download plugins; operations have a signal of their own. Default: none. */
  readonly signal?: AbortSignal;
  /** Called for everything that happens during an operation. */
  readonly onEvent?: (event: EngineEvent) => void;
}

interface OperationOptions {
  /** Aborting it interrupts the engine once, as Ctrl-C would; the operation ends as `cancelled` with its state saved. */
  readonly signal?: AbortSignal;
  /** Look at the real resources first, so that changes made behind the engine's back are found. Default `false`. */
  readonly refresh?: boolean;
}

interface PreviewOptions extends OperationOptions {
  /** File that the engine writes its plan to: every resource with what it would do to it. Default: none. */
  readonly planFile?: string;
}

interface UpdateOptions extends OperationOptions {
  /** Preview everything, policies included, before the first change. Default `true`. */
  readonly preview?: boolean;
  /** Patterns of URNs of resources that are made anew although nothing about them has changed. Default: none. */
  readonly replace?: readonly string[];
}

/** Drives the Pulumi engine for one stack of an embedded environment. One operation at a time. */
export interface Engine {
  /** Plugins of this repository that run in place of official ones. */
  readonly standIns: readonly StandIn[];
  /** What an update would change, and whether its policies pass. */
  preview(options?: PreviewOptions): Promise<OperationResult>;
  up(options?: UpdateOptions): Promise<OperationResult>;
  /** Takes the real resources' present properties into the state. */
  refresh(options?: Pick<OperationOptions, "signal">): Promise<OperationResult>;
  /** Deletes all resources; the empty stack stays. */
  destroy(options?: OperationOptions): Promise<OperationResult>;
  /**
   * Interrupts the running operation, if any, waits for its end, and releases the lock that a killed engine has left.
   *
   * @throws StackBusyError when another process is working on the stack
   */
  cancel(): Promise<void>;
  /** The stack's outputs by name; secret ones as `[secret]` unless asked for. */
  outputs(options?: { readonly showSecrets?: boolean }): Promise<Record<string, unknown>>;
  /** Number of resources in the state, components and the stack itself included; 0 for a stack never made. */
  resourceCount(): Promise<number>;
}

const SKIP_PREVIEW = "--skip-preview";

/**
 * Prepares plugins, project and stack, and returns the engine for them. Repeatable; a second call finds everything made.
 *
 * @throws Error when the clone has no such stack or the CLI cannot be run
 */
export async function createEngine(options: EngineOptions): Promise<Engine> {
  const folders = engineFolders(options.stateDir);
  const cloneDir = path.resolve(options.cloneDir);
  for (const folder of [folders.home, folders.backend, folders.project]) {
    await fs.mkdir(folder, { recursive: true, mode: 0o700 });
  }
  await ensurePassphrase(folders.passphraseFile);
  const cli = cliFor(options.pulumiPath, folders, options.env);
  const standIns = await preparePulumiHome({
    home: folders.home,
    cloneDir,
    cli,
    plugins: options.plugins ?? "official-first",
    signal: options.signal ?? new AbortController().signal,
  });
  const project = await writeProject({
    cloneDir,
    projectDir: folders.project,
    stack: options.stack,
    overrides: options.configOverrides ?? {},
  });
  const address: StackAddress = { backendDir: folders.backend, project, stack: options.stack };
  await prepareStack(cli, address, options.secretOverrides ?? {});
  return engineFor(cli, address, standIns, options);
}

/**
 * The outputs of a stack that was made before, secret ones included. Prepares and writes nothing, and so may be called while
 * another process works on the stack.
 */
export async function readSecretOutputs({
  pulumiPath,
  stateDir,
  stack,
}: Pick<EngineOptions, "pulumiPath" | "stateDir" | "stack">): Promise<Record<string, unknown>> {
  return await outputsOf(cliFor(pulumiPath, engineFolders(stateDir)), stack, true);
}

function cliFor(pulumiPath: string, folders: EngineFolders, extra: EngineOptions["env"] = {}): PulumiCli {
  return { path: pulumiPath, cwd: folders.project, env: buildEngineEnvironment({ folders, extra }) };
}

async function outputsOf(
  cli: PulumiCli,
  stack: string,
  showSecrets: boolean,
): Promise<Record<string, unknown>> {
  const secrets = showSecrets ? ["--show-secrets"] : [];
  return JSON.parse(await requireCli(cli, ["stack", "output", "--json", "--stack", stack, ...secrets]));
}

async function prepareStack(
  cli: PulumiCli,
  { backendDir, project, stack }: StackAddress,
  secrets: Readonly<Record<string, string>>,
): Promise<void> {
  if ((await readStackState(backendDir, project, stack)) === undefined) {
    await requireCli(cli, ["stack", "init", stack]);
  }
  for (const [key, value] of Object.entries(secrets)) {
    // Through standard input, because arguments can be read by every user of the machine.
    await requireCli(cli, ["config", "set", "--secret", "--stack", stack, key], { input: value });
  }
}

function engineFor(
  cli: PulumiCli,
  address: StackAddress,
  standIns: readonly StandIn[],
  { policyPackDirs = [], policyPackConfigs = [], onEvent = () => undefined }: EngineOptions,
): Engine {
  const { backendDir, project, stack } = address;
  const runner = createOperationRunner(cli, address, onEvent);
  const policies = [
    ...policyPackDirs.flatMap((folder) => ["--policy-pack", path.resolve(folder)]),
    ...policyPackConfigs.flatMap((file) => ["--policy-pack-config", path.resolve(file)]),
  ];
  const looking = (refresh = false) => (refresh ? ["--refresh"] : []);
  return {
    standIns,
    preview: ({ signal, refresh, planFile } = {}) => {
      const plan = planFile === undefined ? [] : ["--save-plan", planFile];
      return runner.run(["preview", ...plan, ...policies, ...looking(refresh)], signal);
    },
    up: ({ signal, refresh, preview = true, replace = [] } = {}) => {
      const replaced = replace.flatMap((pattern) => ["--replace", pattern]);
      const flags = [...(preview ? [] : [SKIP_PREVIEW]), ...replaced];
      return runner.run(["up", "--yes", ...flags, ...policies, ...looking(refresh)], signal);
    },
    refresh: ({ signal } = {}) => runner.run(["refresh", "--yes", SKIP_PREVIEW], signal),
    destroy: ({ signal, refresh } = {}) =>
      runner.run(["destroy", "--yes", SKIP_PREVIEW, ...looking(refresh)], signal),
    async cancel() {
      await runner.interrupt();
      await releaseStaleLock(cli, address);
    },
    outputs: ({ showSecrets = false } = {}) => outputsOf(cli, stack, showSecrets),
    resourceCount: async () => (await readStackState(backendDir, project, stack))?.resources ?? 0,
  };
}

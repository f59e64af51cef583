import { createHash } from "node:crypto";
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import path from "node:path";
import { stringify } from "yaml";
import { bundleRuntime } from "../../agent-runtime/bundle.ts";
import { ENV, GATEWAY_CONFIG_FILE, HEADERS, PATHS } from "../../agent-runtime/src/contract.ts";
import { findFreePorts } from "../../local/region/free-ports.ts";
import type { BenchContext } from "../bench-context.ts";
import { type Arm, CALLER_KEY, type RunningArm, type StartOptions, UPSTREAM_KEY } from "./arm.ts";
import { fragmentsOf, mergeFragments } from "./merge-fragments.ts";
import { BASE, FALLBACK, FEATURES, type Fragment } from "./our-features.ts";
import { installRedis, startRedis } from "./redis-server.ts";
import { startArm } from "./start-arm.ts";

/** Agent and session are named, so that their budgets apply too. */
const CALLER_HEADERS = {
  "x-api-key": CALLER_KEY,
  [HEADERS.agentType]: "bench",
  [HEADERS.session]: "bench-session",
};

/** This repository's gateway, everything on, its store in its own process. */
export const ours: Arm = {
  name: "ours",
  role: "required",
  canFallBack: FALLBACK !== undefined,
  install: installOurs,
  start: (bench, options) => startOurs(bench, options, fragmentsOf(BASE, FEATURES)),
};

/** The same with its store in one Redis. */
export const oursWithRedis: Arm = {
  name: "ours+redis",
  role: "required",
  canFallBack: FALLBACK !== undefined,
  async install(bench) {
    await installRedis(bench);
    return installOurs(bench);
  },
  async start(bench, options) {
    const redis = await startRedis(bench, await installRedis(bench));
    const store: Fragment = { env: { [ENV.redisUrl]: redis.url } };
    const fragment = mergeFragments([fragmentsOf(BASE, FEATURES), store]);
    const running = await startOurs(bench, options, fragment).catch(async (error: unknown) => {
      await redis.owned.stop();
      throw error;
    });
    return {
      ...running,
      storePids: [redis.owned.pid],
      stop: async () => {
        await running.stop();
        await redis.owned.stop();
      },
    };
  },
};

/** Our gateway with one feature switched off, for the bill. */
export function oursWithout(feature: string): Arm {
  return {
    ...ours,
    name: `ours without ${feature}`,
    start: (bench, options) => startOurs(bench, options, fragmentsOf(BASE, FEATURES, feature)),
  };
}

/** Our gateway, everything on, leaving a CPU profile in the folder when it ends. */
export function oursProfiled(folder: string): Arm {
  const nodeArgs = ["--cpu-prof", `--cpu-prof-dir=${folder}`];
  return {
    ...ours,
    start: (bench, options) => startOurs(bench, options, fragmentsOf(BASE, FEATURES), nodeArgs),
  };
}

async function installOurs(bench: BenchContext): Promise<string> {
  const { sha256 } = await bundleRuntime(programOf(bench));
  return `bundle ${sha256.slice(0, 12)}`;
}

async function startOurs(
  bench: BenchContext,
  options: StartOptions,
  fragment: Fragment,
  nodeArgs: readonly string[] = [],
): Promise<RunningArm> {
  const [port = 0] = await findFreePorts(1);
  const { env, config, files } = mergeFragments([fragment, fallbackOf(options)]);
  const home = await mkdtemp(path.join(bench.folder, "ours-"));
  await mkdir(path.join(home, "data"));
  const written = { ...files, [GATEWAY_CONFIG_FILE]: stringify(config) };
  for (const [name, text] of Object.entries(written)) await writeFile(path.join(home, name), text);
  return startArm(bench, {
    name: "ours",
    file: process.execPath,
    args: [...nodeArgs, programOf(bench)],
    env: { NODE_ENV: "production", ...places(home, port), ...keysAndUpstream(options.upstreamUrl), ...env },
    port,
    readyPath: PATHS.ready,
    headers: CALLER_HEADERS,
  });
}

/** The bundle that is run. */
export const programOf = ({ folder }: BenchContext) => path.join(folder, "ours.mjs");

function fallbackOf({ fallback }: StartOptions): Fragment {
  if (fallback === undefined) return {};
  if (FALLBACK === undefined) throw new Error("our gateway has no fallback yet");
  return FALLBACK(fallback.from, fallback.to);
}

function places(home: string, port: number): Record<string, string> {
  return {
    [ENV.host]: "127.0.0.1",
    [ENV.httpPort]: String(port),
    [ENV.metricsPort]: "0",
    [ENV.opsPort]: "0",
    [ENV.configDir]: home,
    [ENV.dataDir]: path.join(home, "data"),
  };
}

function keysAndUpstream(upstreamUrl: string): Record<string, string> {
  return {
    [ENV.anthropicBaseUrl]: upstreamUrl,
    [ENV.anthropicApiKey]: UPSTREAM_KEY,
    [ENV.gatewayKeySha256]: createHash("sha256").update(CALLER_KEY).digest("hex"),
  };
}

import { createHash } from "node:crypto";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** Where one embedded environment keeps its things and which addresses it uses. Several can live side by side. */
export interface Instance {
  /** Short name; `default` unless `CLAUDE_AGENTS_INSTANCE` says otherwise. */
  readonly name: string;
  /** The clone whose code is run. */
  readonly cloneDir: string;
  /** Everything that `down` removes: state of the engine, regions, logs, keys. */
  readonly stateDir: string;
  /** kubeconfig with one context per region; the user's own is never touched. */
  readonly kubeconfig: string;
  readonly logsDir: string;
  readonly lockFile: string;
  /** Port of the front door on 127.0.0.1. */
  readonly frontDoorPort: number;
  /** Loopback address of the region with this index (0 is the first), so that every region keeps the same ports. */
  loopbackAddress(regionIndex: number): string;
}

const DEFAULT_NAME = "default";
const DEFAULT_FRONT_DOOR_PORT = 8787;

/**
 * Computes the instance from `CLAUDE_AGENTS_INSTANCE` (name), `CLAUDE_AGENTS_STATE_DIR` (folder) and
 * `CLAUDE_AGENTS_PORT` (front door), none of them required.
 *
 * @throws Error when a variable holds something unusable, naming the value and what is allowed.
 */
export function openInstance(env: NodeJS.ProcessEnv = process.env): Instance {
  const name = parseName(env["CLAUDE_AGENTS_INSTANCE"] ?? DEFAULT_NAME);
  const stateDir = env["CLAUDE_AGENTS_STATE_DIR"] ?? path.join(stateHome(env), "claude-agents", name);
  const block = name === DEFAULT_NAME ? "77.0" : loopbackBlock(name);
  return {
    name,
    cloneDir: path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../.."),
    stateDir,
    kubeconfig: path.join(stateDir, "kubeconfig.yaml"),
    logsDir: path.join(stateDir, "logs"),
    lockFile: `${stateDir}.lock`,
    frontDoorPort: parsePort(env["CLAUDE_AGENTS_PORT"]),
    loopbackAddress: (regionIndex) => `127.${block}.${regionIndex + 1}`,
  };
}

function stateHome(env: NodeJS.ProcessEnv): string {
  return env["XDG_STATE_HOME"] ?? path.join(os.homedir(), ".local", "state");
}

function parseName(value: string): string {
  if (/^[a-z][a-z0-9-]{0,20}$/.test(value)) return value;
  throw new Error(
    `CLAUDE_AGENTS_INSTANCE is ${JSON.stringify(value)}; allowed are 1 to 21 lower-case letters, digits and dashes, ` +
      "starting with a letter. Set it to such a name or remove it.",
  );
}

function parsePort(value: string | undefined): number {
  if (value === undefined) return DEFAULT_FRONT_DOOR_PORT;
  const port = Number(value);
  if (Number.isInteger(port) && port >= 1024 && port <= 65535) return port;
  throw new Error(
    `CLAUDE_AGENTS_PORT is ${JSON.stringify(value)}; allowed are whole numbers from 1024 to 65535. ` +
      `Set it to a free port or remove it to use ${DEFAULT_FRONT_DOOR_PORT}.`,
  );
}

/** Instances other than the default one get a block of 127.128.0.0/9 by their name: one of 32,512 that nobody else has. */
function loopbackBlock(name: string): string {
  const hash = createHash("sha256").update(name).digest();
  return `${128 + (hash.readUInt8(0) % 127)}.${hash.readUInt8(1)}`;
}

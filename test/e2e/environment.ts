import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { execa } from "execa";
import { findFreePorts } from "../../local/region/free-ports.ts";

/** An embedded environment for one test file, with a name, a folder and a port that no other has. */
export interface TestEnvironment {
  readonly env: Record<string, string>;
  readonly folder: string;
  readonly stateDir: string;
  /** Runs one of the README's commands as a user would, and parses what it prints with `--json`. */
  command(name: string, ...args: string[]): Promise<CommandResult>;
  remove(): void;
}

export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** What was printed, parsed; `undefined` when it is not JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: each test asserts the part of the output that it is about
  readonly json: any;
}

export async function createTestEnvironment(more: Record<string, string> = {}): Promise<TestEnvironment> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "claude-agents-e2e-"));
  const stateDir = path.join(folder, "state");
  const [port] = await findFreePorts(1);
  const env = {
    CLAUDE_AGENTS_INSTANCE: `t${createHash("sha256").update(folder).digest("hex").slice(0, 8)}`,
    CLAUDE_AGENTS_STATE_DIR: stateDir,
    CLAUDE_AGENTS_PORT: String(port),
    NO_COLOR: "1",
    // A real key in the environment of whoever runs the tests must not matter.
    ANTHROPIC_API_KEY: "sk-ant-canary-of-the-test-environment",
    ...more,
  };
  return {
    env,
    folder,
    stateDir,
    async command(name, ...args) {
      const result = await execa("npm", ["run", "--silent", name, "--", ...args], { env, reject: false });
      return {
        exitCode: result.exitCode ?? -1,
        stdout: result.stdout,
        stderr: result.stderr,
        json: parseJson(result.stdout),
      };
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

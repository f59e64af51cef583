import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { vi } from "vitest";
import { ensureProgram } from "../../../setup/apt.ts";

const run = promisify(execFile);

/** A single Redis on a port of its own, which can be stopped, frozen and started again. */
export class RedisServer {
  readonly port: number;
  readonly #folder = mkdtempSync(path.join(tmpdir(), "redis-server-"));
  readonly #settings: readonly string[];
  #password: string;
  #process: ChildProcess | undefined;

  private constructor(port: number, password: string, settings: readonly string[]) {
    this.port = port;
    this.#password = password;
    this.#settings = settings;
  }

  /** @param settings further command line options of the server. */
  static async prepare(password = "secret", settings: readonly string[] = []): Promise<RedisServer> {
    await ensureProgram("redis-server", "redis-server");
    return new RedisServer(await freePort(), password, settings);
  }

  static async start(password = "secret", settings: readonly string[] = []): Promise<RedisServer> {
    const server = await RedisServer.prepare(password, settings);
    await server.start();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** @param settings only for this time. */
  async start(settings: readonly string[] = []): Promise<void> {
    const options = ["--port", String(this.port), "--bind", "127.0.0.1", "--dir", this.#folder, "--save", ""];
    const password = this.#password === "" ? [] : ["--requirepass", this.#password];
    const child = spawn("redis-server", [
      ...options,
      "--appendonly",
      "yes",
      ...password,
      ...this.#settings,
      ...settings,
    ]);
    this.#process = child;
    endWithThisProcess(child);
    await vi.waitFor(async () => {
      if (!/PONG|LOADING/.test(await this.ask("ping"))) throw new Error("not started");
    }, 10_000);
  }

  /** As an administrator; errors come back as text. */
  async ask(...command: string[]): Promise<string> {
    const { stdout } = await run("redis-cli", ["-p", String(this.port), "--raw", ...command], {
      env: { PATH: process.env["PATH"], REDISCLI_AUTH: this.#password },
    });
    return stdout.trim();
  }

  async changePassword(password: string): Promise<void> {
    await this.ask("config", "set", "requirepass", password);
    this.#password = password;
  }

  freeze(): void {
    this.#process?.kill("SIGSTOP");
  }

  thaw(): void {
    this.#process?.kill("SIGCONT");
  }

  async kill(): Promise<void> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Also when this process is killed, and cannot say goodbye: then the input of the guard ends. */
function endWithThisProcess(child: ChildProcess): void {
  const guard = spawn("sh", ["-c", `read -r _; kill -9 ${child.pid}`], {
    stdio: ["pipe", "ignore", "ignore"],
  });
  child.once("exit", () => guard.kill());
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

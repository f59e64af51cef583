import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { databaseUrl, loginRole } from "../../../components/postgres/credentials.ts";
import { SCRIPTS } from "../../../components/postgres/postgres-pod.ts";

const run = promisify(execFile);
const SOURCE = fileURLToPath(new URL("../../../components/postgres/", import.meta.url));
const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;
const AS_NOBODY = ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"];

/** Where Debian puts the programs of its newest PostgreSQL. */
function programsFolder(): string {
  const [newest] = readdirSync("/usr/lib/postgresql").toSorted((a, b) => Number(b) - Number(a));
  return `/usr/lib/postgresql/${newest}/bin`;
}

/** A free port of the loopback address. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  if (typeof address !== "object" || address === null) throw new Error("the port is not known");
  return address.port;
}

/** What a client got: what was printed, of an error its text. */
export interface Answer {
  readonly succeeded: boolean;
  readonly text: string;
}

/** The pod of the single server as a process: the same scripts, with folders instead of volumes. */
export class RunningServer {
  readonly #folder = mkdtempSync(path.join(tmpdir(), "postgres-pod-"));
  readonly #port: number;
  readonly #log: string[] = [];
  #process: ChildProcess | undefined;

  constructor(port: number) {
    this.#port = port;
    for (const name of ["scripts", "volume", "run", "credentials", "tls"]) mkdirSync(this.pathOf(name));
    for (const script of SCRIPTS) copyFileSync(path.join(SOURCE, script), this.pathOf(`scripts/${script}`));
    this.#own();
    // Also when the test process ends before `remove` could be called.
    process.once("exit", () => this.remove());
  }

  get log(): string {
    return this.#log.join("");
  }

  pathOf(name: string): string {
    return path.join(this.#folder, name);
  }

  get port(): number {
    return this.#port;
  }

  /** Replaces the Secret: the password of each accepted generation, and that of the exporter. */
  setPasswords(accepted: Readonly<Record<number, string>>, exporter = "exporterpassword"): void {
    rmSync(this.pathOf("credentials"), { recursive: true });
    mkdirSync(this.pathOf("credentials"));
    for (const [generation, password] of Object.entries(accepted)) {
      writeFileSync(this.pathOf(`credentials/${loginRole(Number(generation))}`), password);
    }
    writeFileSync(this.pathOf("credentials/exporter"), exporter);
    this.#own();
  }

  /** Starts the container. @param tls folder with a certificate, as a mounted Secret */
  start(tls?: string): void {
    rmSync(this.pathOf("run"), { recursive: true, force: true });
    mkdirSync(this.pathOf("run"));
    this.#own();
    const command = ["sh", this.pathOf("scripts/start-postgres.sh")];
    const [program = "sh", ...args] = isRoot ? [...AS_NOBODY, ...command] : command;
    const child = spawn(program, args, {
      cwd: "/",
      env: {
        PATH: `${programsFolder()}:/usr/bin:/bin`,
        POSTGRES_VOLUME: this.pathOf("volume"),
        POSTGRES_CREDENTIALS: this.pathOf("credentials"),
        POSTGRES_RUN: this.pathOf("run"),
        POSTGRES_HOST: "localhost",
        POSTGRES_SHARED_BUFFERS: "16MB",
        POSTGRES_LISTEN: "127.0.0.1",
        POSTGRES_PORT: String(this.#port),
        ...(tls === undefined ? {} : { POSTGRES_TLS: tls }),
      },
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (data: Buffer) => this.#log.push(data.toString()));
    }
    this.#process = child;
  }

  /** Whether the readiness probe passes. */
  async isReady(): Promise<boolean> {
    const args = ["-q", "-h", "127.0.0.1", "-p", String(this.#port), "-U", "app", "-d", "app"];
    const { succeeded } = await answerOf(`${programsFolder()}/pg_isready`, args, {});
    return succeeded;
  }

  /** As the kubelet does: the hook, then SIGTERM, then it waits for the end. */
  async stop(): Promise<void> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    const hook = [`${programsFolder()}/pg_ctl`, "-D", this.pathOf("volume/data"), "-m", "fast", "-W", "stop"];
    const [program = "", ...args] = isRoot ? [...AS_NOBODY, ...hook] : hook;
    await answerOf(program, args, {});
    child.kill("SIGTERM");
    await exited;
  }

  /** Ends the container without warning, with all its processes. */
  async kill(): Promise<void> {
    const child = this.#process;
    this.#killAll();
    if (child !== undefined && child.exitCode === null && child.signalCode === null)
      await once(child, "exit");
  }

  #killAll(): void {
    for (const pid of this.#processes()) killIfThere(pid);
    this.#process?.kill("SIGKILL");
  }

  /** The script, or the server that it became, with what it started: whoever holds the lock of the volume. */
  #processes(): number[] {
    const lock = this.pathOf("volume/lock");
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name) && existsSync(`/proc/${name}/fd/9`))
      .filter((name) => readLink(`/proc/${name}/fd/9`) === lock)
      .map(Number);
  }

  /** Asks as a client with the URL that the component hands out. */
  async ask(generation: number, password: string, sql: string): Promise<Answer> {
    const url = databaseUrl(loginRole(generation), password, "localhost").replace(
      ":5432/",
      `:${this.#port}/`,
    );
    return await this.psql(url, sql);
  }

  async psql(url: string, sql: string, env: Record<string, string> = {}): Promise<Answer> {
    return await answerOf(`${programsFolder()}/psql`, ["-X", "-A", "-t", "-q", "-d", url, "-c", sql], env);
  }

  remove(): void {
    this.#killAll();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #own(): void {
    chmodSync(this.#folder, 0o755);
    if (!isRoot) return;
    for (const name of ["volume", "run"]) chownSync(this.pathOf(name), NOBODY, NOBODY);
    for (const folder of ["credentials", "tls"]) {
      for (const file of readdirSync(this.pathOf(folder))) {
        chownSync(this.pathOf(`${folder}/${file}`), NOBODY, NOBODY);
        chmodSync(this.pathOf(`${folder}/${file}`), 0o400);
      }
    }
  }
}

/** It may have ended since it was found. */
function killIfThere(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

function readLink(file: string): string | undefined {
  try {
    return readlinkSync(file);
  } catch {
    return undefined;
  }
}

async function answerOf(program: string, args: string[], env: Record<string, string>): Promise<Answer> {
  try {
    const { stdout } = await run(program, args, { env: { PATH: "/usr/bin:/bin", ...env } });
    return { succeeded: true, text: stdout.trim() };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { succeeded: false, text: String(Reflect.get(error, "stderr") ?? error.message).trim() };
  }
}

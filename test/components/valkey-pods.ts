import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Rotation } from "../../components/rotating-password.ts";
import {
  type AcceptedPasswords,
  type StoreUser,
  sentinelAccessList,
  serverAccessList,
} from "../../components/valkey/access-lists.ts";

const SCRIPTS = fileURLToPath(new URL("../../components/valkey/", import.meta.url));
/** A user that may do everything, of the tests alone. */
const OBSERVER = "observer";
const OBSERVER_PASSWORD = "observerpassword";
const PODS = [0, 1, 2] as const;
const run = promisify(execFile);

export type Pod = (typeof PODS)[number];
export type Part = "valkey" | "sentinel";
const PORT: Record<Part, string> = { valkey: "6379", sentinel: "26379" };
const ACCESS_LIST = { valkey: serverAccessList, sentinel: sentinelAccessList };

/** The password of a user in one of its generations. */
export function passwordOf(user: StoreUser, generation = 1): string {
  return `${user}password${generation}`;
}

function acceptedPasswords(generations: readonly number[]): AcceptedPasswords {
  const of = (user: StoreUser) => generations.map((generation) => passwordOf(user, generation));
  return { app: of("app"), internal: of("internal"), exporter: of("exporter") };
}

interface ValkeyPodsOptions {
  readonly tls?: boolean;
  readonly users?: Readonly<Record<Part, readonly string[]>>;
}

/**
 * The pods of the StatefulSet as processes: the same scripts, each pod with a loopback address instead of a host name
 * and a folder instead of a volume.
 */
export class ValkeyPods {
  readonly pods = PODS;
  readonly #folder = mkdtempSync(path.join(tmpdir(), "valkey-pods-"));
  readonly #network: string;
  readonly #processes = new Map<string, ChildProcess>();
  readonly #log = new Map<string, string[]>();
  /** Of the certificates, where there are any. */
  readonly tlsFolder: string | undefined;
  /** Generations of the passwords of pods that are started from now on. */
  rotation: Rotation = { use: 1, accept: [1] };
  #isStopping = false;

  readonly #users: Readonly<Record<Part, readonly string[]>>;

  /**
   * @param subnet second number of their loopback addresses; those of the pods of another test must differ.
   * @param options.users lines of further users, as Redis writes them
   */
  constructor(subnet = 88, { tls = false, users = { valkey: [], sentinel: [] } }: ValkeyPodsOptions = {}) {
    this.#users = users;
    this.#network = `127.${subnet}.${process.pid % 256}`;
    this.tlsFolder = tls ? this.#makeCertificates() : undefined;
    // Also when the test process ends before `stop` could be called.
    process.once("exit", () => {
      for (const child of this.#processes.values()) child.kill("SIGKILL");
      rmSync(this.#folder, { recursive: true, force: true });
    });
  }

  /** Where the runtime finds the master by asking the Sentinels. */
  get url(): string {
    return this.urlWith(1);
  }

  /** The same with the password of a generation. */
  urlWith(generation: number): string {
    const hosts = PODS.map((pod) => this.addressOf(pod)).join(",");
    const scheme = this.tlsFolder === undefined ? "redis" : "rediss";
    return `${scheme}+sentinel://app:${passwordOf("app", generation)}@${hosts}/main`;
  }

  addressOf(pod: Pod): string {
    return `${this.#network}.${pod + 1}`;
  }

  podAt(address: string): Pod {
    const pod = PODS.find((candidate) => this.addressOf(candidate) === address);
    if (pod === undefined) throw new Error(`no pod has the address ${address}`);
    return pod;
  }

  startAll(): void {
    for (const pod of PODS) this.start(pod);
  }

  /** Starts both containers of a pod. */
  start(pod: Pod): void {
    this.startPart(pod, "valkey");
    this.startPart(pod, "sentinel");
  }

  /** Starts one container of a pod, again and again if its script gives up. */
  startPart(pod: Pod, part: Part): void {
    if (this.#isStopping) return;
    const child = spawn("sh", [path.join(SCRIPTS, `start-${part}.sh`)], {
      env: this.environmentOf(pod, part),
    });
    const name = `${part}-${pod}`;
    const log = this.#log.get(name) ?? [];
    this.#log.set(name, log);
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (data: Buffer) => log.push(data.toString().trimEnd()));
    }
    // As the kubelet does, with its first back-off shortened.
    child.on("exit", (code) => {
      if (code !== null && this.#processes.get(name) === child)
        setTimeout(() => this.startPart(pod, part), 1000);
    });
    this.#processes.set(name, child);
  }

  environmentOf(pod: Pod, part: Part = "valkey"): NodeJS.ProcessEnv {
    const { use, accept } = this.rotation;
    const accessList = ACCESS_LIST[part](acceptedPasswords(accept));
    return {
      PATH: process.env["PATH"],
      VALKEY_SELF: this.addressOf(pod),
      VALKEY_PEERS: PODS.map((peer) => this.addressOf(peer)).join(" "),
      VALKEY_PASSWORD: passwordOf("internal", use),
      VALKEY_ACCESS_LIST: [
        `${accessList}user ${OBSERVER} on >${OBSERVER_PASSWORD} ~* &* +@all`,
        ...this.#users[part],
        "",
      ].join("\n"),
      VALKEY_QUORUM: "2",
      VALKEY_MIN_REPLICAS: "1",
      VALKEY_MAXMEMORY: String(16 * 2 ** 20),
      VALKEY_DATA_DIR: path.join(this.#folder, String(pod)),
      VALKEY_BIND: this.addressOf(pod),
      ...(this.tlsFolder === undefined ? {} : { VALKEY_TLS_DIR: this.tlsFolder }),
    };
  }

  /** Ends one process without warning, as the kernel does when memory runs out. */
  async kill(pod: Pod, part: Part): Promise<void> {
    const child = this.#processes.get(`${part}-${pod}`);
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
  }

  /** One certificate for all addresses, which is its own authority. */
  #makeCertificates(): string {
    const folder = path.join(this.#folder, "tls");
    mkdirSync(folder);
    const names = PODS.map((pod) => `IP:${this.addressOf(pod)}`).join(",");
    const files = ["-keyout", path.join(folder, "tls.key"), "-out", path.join(folder, "tls.crt")];
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    const subject = ["-subj", "/CN=store", "-addext", `subjectAltName=${names}`, "-days", "1"];
    execFileSync("openssl", ["req", "-x509", ...key, ...files, ...subject], { stdio: "pipe" });
    copyFileSync(path.join(folder, "tls.crt"), path.join(folder, "ca.crt"));
    return folder;
  }

  /** Ends both processes of a pod as the kubelet does before it deletes it. */
  async terminate(pod: Pod): Promise<void> {
    const parts = ["valkey", "sentinel"] as const;
    await Promise.all(
      parts.map(async (part) => {
        const name = `${part}-${pod}`;
        const child = this.#processes.get(name);
        if (child === undefined) return;
        this.#processes.delete(name);
        const exited = once(child, "exit");
        child.kill("SIGTERM");
        await exited;
      }),
    );
  }

  /** Ends both processes of a pod without warning, as the loss of a node does. */
  async killPod(pod: Pod): Promise<void> {
    await Promise.all([this.kill(pod, "valkey"), this.kill(pod, "sentinel")]);
  }

  /** Adds a line to what the Sentinel of a stopped pod has learned. */
  remember(pod: Pod, line: string): void {
    appendFileSync(path.join(this.#folder, String(pod), "conf", "sentinel.conf"), `${line}\n`);
  }

  loseVolume(pod: Pod): void {
    rmSync(path.join(this.#folder, String(pod)), { recursive: true, force: true });
  }

  /** Asks the server or Sentinel of a pod; errors come back as text, as redis-cli prints them. */
  async ask(pod: Pod, part: Part, ...command: string[]): Promise<string> {
    return await this.askAs({ user: OBSERVER, password: OBSERVER_PASSWORD }, pod, part, ...command);
  }

  /** The same as another user. */
  async askAs(
    { user, password }: { readonly user: string; readonly password: string },
    pod: Pod,
    part: Part,
    ...command: string[]
  ): Promise<string> {
    const tls = this.tlsFolder === undefined ? [] : ["--tls", "--cacert", `${this.tlsFolder}/ca.crt`];
    const args = [...tls, "--user", user, "-h", this.addressOf(pod), "-p", PORT[part], "--raw", ...command];
    const { stdout } = await run("redis-cli", args, {
      env: { PATH: process.env["PATH"], REDISCLI_AUTH: password },
      timeout: 2000,
    });
    return stdout.trim();
  }

  /** The pod that the Sentinel of `pod` names as master. */
  async masterSeenBy(pod: Pod): Promise<Pod> {
    const [address = ""] = (
      await this.ask(pod, "sentinel", "sentinel", "get-master-addr-by-name", "main")
    ).split("\n");
    return this.podAt(address);
  }

  /** Runs the script that the kubelet runs as a probe. */
  async probe(pod: Pod, check: string): Promise<boolean> {
    return await run("sh", [path.join(SCRIPTS, "probe.sh"), check], { env: this.environmentOf(pod) }).then(
      () => true,
      () => false,
    );
  }

  /** What was refused to a user since the start of a server or Sentinel: why, and which command, key or channel. */
  async refusedTo(user: StoreUser, pod: Pod, part: Part): Promise<string[]> {
    const log = await this.ask(pod, part, "acl", "log");
    const entries = log.matchAll(/^reason\n(.*)\ncontext\n.*\nobject\n(.*)\nusername\n(.*)$/gm);
    return [...entries]
      .filter(([, , , name]) => name === user)
      .map(([, reason, what]) => `${reason} ${what}`);
  }

  /** The arguments of each process. */
  commandLines(): string[] {
    return [...this.#processes.values()].map(({ pid }) => readFileSync(`/proc/${pid}/cmdline`, "utf8"));
  }

  /** What the scripts have written, with its mode. */
  configFiles(): { readonly file: string; readonly mode: number }[] {
    return PODS.flatMap((pod) => {
      const folder = path.join(this.#folder, String(pod), "conf");
      return readdirSync(folder).map((file) => ({ file, mode: statSync(path.join(folder, file)).mode }));
    });
  }

  /** What each process printed last, for a test that fails: a replica without master prints too much to mix them. */
  get log(): string {
    return [...this.#log].map(([name, lines]) => [`== ${name}`, ...lines.slice(-40)].join("\n")).join("\n");
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await Promise.all(PODS.map((pod) => this.killPod(pod)));
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

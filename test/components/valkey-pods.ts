import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const SCRIPTS = fileURLToPath(new URL("../../components/valkey/", import.meta.url));
const PASSWORD = "testpassword";
const PODS = [0, 1, 2] as const;
const run = promisify(execFile);

export type Pod = (typeof PODS)[number];
type Part = "valkey" | "sentinel";
const PORT: Record<Part, string> = { valkey: "6379", sentinel: "26379" };

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
  #isStopping = false;

  /** @param subnet second number of their loopback addresses; those of the pods of another test must differ. */
  constructor(subnet = 88) {
    this.#network = `127.${subnet}.${process.pid % 256}`;
    // Also when the test process ends before `stop` could be called.
    process.once("exit", () => {
      for (const child of this.#processes.values()) child.kill("SIGKILL");
      rmSync(this.#folder, { recursive: true, force: true });
    });
  }

  /** Where a client finds the master by asking the Sentinels. */
  get url(): string {
    return `redis+sentinel://:${PASSWORD}@${PODS.map((pod) => this.addressOf(pod)).join(",")}/main`;
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
    const child = spawn("sh", [path.join(SCRIPTS, `start-${part}.sh`)], { env: this.environmentOf(pod) });
    const name = `${part}-${pod}`;
    const log = this.#log.get(name) ?? [];
    this.#log.set(name, log);
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (data: Buffer) => log.push(data.toString().trimEnd()));
    }
    // As the kubelet does, with its first back-off shortened.
    child.on("exit", (code) => {
      if (code !== null) setTimeout(() => this.startPart(pod, part), 1000);
    });
    this.#processes.set(name, child);
  }

  environmentOf(pod: Pod): NodeJS.ProcessEnv {
    return {
      PATH: process.env["PATH"],
      VALKEY_SELF: this.addressOf(pod),
      VALKEY_PEERS: PODS.map((peer) => this.addressOf(peer)).join(" "),
      VALKEY_PASSWORD: PASSWORD,
      VALKEY_QUORUM: "2",
      VALKEY_MIN_REPLICAS: "1",
      VALKEY_MAXMEMORY: String(16 * 2 ** 20),
      VALKEY_DATA_DIR: path.join(this.#folder, String(pod)),
      VALKEY_BIND: this.addressOf(pod),
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
    const args = ["-h", this.addressOf(pod), "-p", PORT[part], "--raw", ...command];
    const { stdout } = await run("redis-cli", args, {
      env: { PATH: process.env["PATH"], REDISCLI_AUTH: PASSWORD },
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

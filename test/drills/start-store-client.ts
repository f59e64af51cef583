import { createInterface } from "node:readline";
import { build } from "esbuild";
import { execa } from "execa";
import type { StoreClientOptions } from "./store-client.ts";
import { type StoreEvent, type StoreSummary, storeEventSchema } from "./store-events.ts";

export interface StoreClientPlace {
  /**
   * The command that runs a program where the store's names resolve and `REDIS_URL` and `REDIS_PASSWORD` are set, as
   * `["kubectl", "exec", "-i", "deployment/claude-agent-coordinator", "--"]`; empty for this machine.
   */
  readonly prefix: readonly string[];
  /** Node there. Default: `node`. */
  readonly node?: string;
  /** More environment for the command. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A store client that is writing. */
export interface StoreClient {
  /** What it has printed so far. */
  readonly events: readonly StoreEvent[];
  /** Ends the writing, and counts what the store has kept. @throws Error when the client was lost. */
  stop(): Promise<StoreSummary>;
}

const FIRST_WRITE_MS = 60_000;

/**
 * The first line of standard input is the program, the next one ends it: nothing is written in the pod. An error is
 * printed without its stack, every line of which would hold the whole program.
 */
const LOADER = `
process.on("uncaughtException", (error) => {
  console.error(String(error));
  process.exit(1);
});
const { createInterface } = await import("node:readline");
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const program = (await lines.next()).value;
const { main } = await import("data:text/javascript;base64," + program);
await main(lines, JSON.parse(process.argv[1]));
process.exit(0);
`;

/**
 * Runs `store-client.ts` at a place and resolves once its first write has succeeded.
 *
 * @throws Error with what it printed when it ends before, or has written nothing in a minute
 */
export async function startStoreClient(
  place: StoreClientPlace,
  options: StoreClientOptions,
): Promise<StoreClient> {
  const client = new RunningStoreClient(place, await bundleStoreClient(), options);
  await client.isWriting;
  return client;
}

/** `store-client.ts` with all it needs, in one piece of JavaScript. */
export async function bundleStoreClient(): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: import.meta.dirname,
    entryPoints: ["store-client.ts"],
    bundle: true,
    write: false,
    minify: true,
    platform: "node",
    target: "node24",
    format: "esm",
    // CommonJS packages inside the bundle still call `require` for Node's own modules. The bundle has no file.
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire("/");' },
    legalComments: "none",
    logLevel: "warning",
  });
  const [output] = outputFiles;
  if (output === undefined) throw new Error("esbuild made no output for store-client.ts");
  return output.text;
}

class RunningStoreClient implements StoreClient {
  readonly events: StoreEvent[] = [];
  readonly isWriting: Promise<void>;
  readonly #process;
  readonly #ended: Promise<void>;

  constructor(
    { prefix, node = "node", env = {} }: StoreClientPlace,
    program: string,
    options: StoreClientOptions,
  ) {
    const [file = node, ...args] = [...prefix, node];
    const loader = ["--input-type=module", "-e", LOADER, "--", JSON.stringify(options)];
    this.#process = execa(file, [...args, ...loader], {
      env,
      reject: false,
      stdout: ["pipe"],
      cleanup: true,
    });
    this.#process.stdin.write(`${Buffer.from(program).toString("base64")}\n`);
    const writing = Promise.withResolvers<void>();
    this.#ended = this.#read(writing.resolve);
    this.isWriting = this.#orFail(writing.promise);
  }

  async stop(): Promise<StoreSummary> {
    this.#process.stdin.end("stop\n");
    await this.#ended;
    const last = this.events.at(-1);
    if (last?.event !== "summary") throw await this.#lost();
    return last.summary;
  }

  async #read(onWriting: () => void): Promise<void> {
    for await (const line of createInterface({ input: this.#process.stdout })) {
      const event = storeEventSchema.parse(JSON.parse(line));
      this.events.push(event);
      if (event.event === "writing") onWriting();
    }
    await this.#process;
  }

  async #orFail(writing: Promise<void>): Promise<void> {
    const timeIsUp = AbortSignal.timeout(FIRST_WRITE_MS);
    const tooLate = new Promise<void>((resolve) => timeIsUp.addEventListener("abort", () => resolve()));
    await Promise.race([writing, this.#ended, tooLate]);
    if (this.events.some(({ event }) => event === "writing")) return;
    this.#process.kill();
    throw await this.#lost();
  }

  async #lost(): Promise<Error> {
    const { exitCode, signal, stderr, cause } = await this.#process;
    const how = exitCode === undefined ? (signal ?? String(cause)) : `exit code ${exitCode}`;
    const printed = this.events.map((event) => JSON.stringify(event));
    return new Error(
      [`The store client ended without a summary, with ${how}`, ...printed, stderr].join("\n"),
    );
  }
}

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, readFile, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { bundlePolicies, PACK_FOLDER } from "../../policies/bundle.ts";
import type { Resource } from "./resources.ts";

const require = createRequire(path.join(PACK_FOLDER, "package.json"));
const pulumiRequire = createRequire(require.resolve("@pulumi/pulumi"));

/** Of the engine's protocol only what is used here; the generated code carries no types that fit. */
interface Answer {
  getDiagnosticsList(): readonly unknown[];
}
type Call = (request: unknown, callback: (error: Error | null, answer: Answer) => void) => void;
type Setters = Record<string, (value: unknown) => void>;

const { AnalyzerClient } = require("@pulumi/pulumi/proto/analyzer_grpc_pb") as {
  AnalyzerClient: new (
    address: string,
    credentials: unknown,
    options: Readonly<Record<string, number>>,
  ) => Record<string, Call> & { close(): void };
};
const messages = require("@pulumi/pulumi/proto/analyzer_pb") as Record<string, new () => Setters>;
const { credentials } = pulumiRequire("@grpc/grpc-js") as { credentials: { createInsecure(): unknown } };
const { Struct } = pulumiRequire("google-protobuf/google/protobuf/struct_pb") as {
  Struct: { fromJavaScript(value: object): unknown };
};

/** As much as the engine takes. */
const MAX_MESSAGE_BYTES = 400 * 2 ** 20;

/** Linux counts processor time in hundredths of a second. */
const MS_PER_TICK = 10;

/** The bundled pack under the SDK's launcher, as the engine's language host starts it. */
export class PackProcess {
  readonly #process: ChildProcess;
  readonly #client: InstanceType<typeof AnalyzerClient>;

  private constructor(child: ChildProcess, port: string) {
    this.#process = child;
    this.#client = new AnalyzerClient(`127.0.0.1:${port}`, credentials.createInsecure(), {
      "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
    });
  }

  /** @param folder empty; the pack is bundled into it */
  static async start(folder: string): Promise<PackProcess> {
    await bundlePolicies(path.join(folder, "dist"));
    for (const file of ["package.json", "PulumiPolicy.yaml"]) {
      await cp(path.join(PACK_FOLDER, file), path.join(folder, file));
    }
    await symlink(path.join(PACK_FOLDER, "..", "node_modules"), path.join(folder, "node_modules"));
    const launcher = require.resolve("@pulumi/pulumi/cmd/run-policy-pack");
    const child = spawn(process.execPath, [launcher, "127.0.0.1:1", folder], {
      cwd: folder,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [port] = (await once(child.stdout, "data")) as [Buffer];
    return new PackProcess(child, String(port).trim());
  }

  /** Has one resource judged; returns how many things the policies said. */
  analyze(resource: Resource): Promise<number> {
    return this.#call("analyze", messageOf("AnalyzeRequest", settersOf(resource)));
  }

  /** Has a stack of these resources judged; returns how many things the policies said. */
  analyzeStack(resources: readonly Resource[]): Promise<number> {
    const list = resources.map((resource) => messageOf("AnalyzerResource", settersOf(resource)));
    return this.#call("analyzeStack", messageOf("AnalyzeStackRequest", { setResourcesList: list }));
  }

  /** The most memory that the process ever had, in MiB. */
  async readPeakMiB(): Promise<number> {
    const status = await readFile(`/proc/${this.#process.pid}/status`, "utf8");
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
  }

  /** Processor time that the process has used, in milliseconds: other than the clock it does not mind other programs. */
  async readCpuMs(): Promise<number> {
    const stat = await readFile(`/proc/${this.#process.pid}/stat`, "utf8");
    // Counted from behind the program's name, which may hold spaces.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
  }

  async stop(): Promise<void> {
    this.#client.close();
    if (this.#process.exitCode !== null) return;
    this.#process.kill();
    await once(this.#process, "exit");
  }

  #call(method: string, request: unknown): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#client[method]?.(request, (error, answer) =>
        error ? reject(error) : resolve(answer.getDiagnosticsList().length),
      );
    });
  }
}

function settersOf({ type, name, properties, provider }: Resource): Record<string, unknown> {
  return {
    setType: type,
    setName: name,
    setUrn: `urn:pulumi:bench::claude-agents::${type}::${name}`,
    setProperties: Struct.fromJavaScript(properties),
    setOptions: messageOf("AnalyzerResourceOptions", {}),
    setProvider: messageOf("AnalyzerProviderResource", {
      setType: "pulumi:providers:kubernetes",
      setName: provider,
      setUrn: `urn:pulumi:bench::claude-agents::pulumi:providers:kubernetes::${provider}`,
      setProperties: Struct.fromJavaScript({ context: provider, enableServerSideApply: true }),
    }),
  };
}

function messageOf(name: string, setters: Record<string, unknown>): unknown {
  const Message = messages[name];
  if (Message === undefined) throw new Error(`the engine's protocol has no message ${name}`);
  const message = new Message();
  for (const [setter, value] of Object.entries(setters)) message[setter]?.(value);
  return message;
}

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import grpc from "@grpc/grpc-js";
import providerService from "@pulumi/pulumi/proto/provider_grpc_pb.js";

type Callback<Response> = (error: grpc.ServiceError | null, response: Response) => void;

/** A plugin in a process of its own, and a client as the engine has one. */
export interface StartedPlugin {
  readonly process: ChildProcess;
  /** The answer to one call: `answerOf((done) => client.check(request, done))`. */
  answerOf<Response>(
    call: (
      client: InstanceType<typeof providerService.ResourceProviderClient>,
      done: Callback<Response>,
    ) => unknown,
  ): Promise<Response>;
  stop(): void;
}

/** @param main path of the plugin's entry, run by this Node */
export async function startPlugin(main: string): Promise<StartedPlugin> {
  const plugin = spawn(process.execPath, [main], { stdio: ["ignore", "pipe", "inherit"] });
  const port = await firstLine(plugin);
  const client = new providerService.ResourceProviderClient(
    `127.0.0.1:${port}`,
    grpc.credentials.createInsecure(),
  );
  return {
    process: plugin,
    answerOf: (call) =>
      new Promise((resolve, reject) => {
        call(client, (error, response) => (error ? reject(error) : resolve(response)));
      }),
    stop() {
      client.close();
      plugin.kill("SIGKILL");
    },
  };
}

/** The first line that a process prints: a plugin's port. */
export async function firstLine({ stdout }: ChildProcess): Promise<string> {
  if (!stdout) throw new Error("standard output is not piped");
  const [line] = (await once(createInterface(stdout), "line")) as [string];
  return line;
}

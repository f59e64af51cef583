import grpc from "@grpc/grpc-js";
import providerService from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import { MESSAGE_SIZE } from "./message-size.ts";
import { type PluginIdentity, providerHandlers } from "./provider-handlers.ts";
import type { ProviderPlugin } from "./provider-plugin.ts";

const PARENT_CHECK_MS = 2000;

/**
 * Serves `plugin` to the engine that started this process: listens on a free loopback port, prints the port
 * as the first line of standard output, and ends with the engine. Call it once, last, from the plugin's
 * `main.ts`.
 */
export async function serveProvider(plugin: ProviderPlugin, identity: PluginIdentity): Promise<void> {
  endWithEngine();
  const server = new grpc.Server(MESSAGE_SIZE);
  server.addService(providerService.ResourceProviderService, providerHandlers(plugin, identity));
  const port = await listen(server);
  process.stdout.write(`${port}\n`);
}

function listen(server: grpc.Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    );
  });
}

/**
 * The engine ends a plugin by SIGINT and waits for it; an engine that was killed sends nothing, so the parent
 * is watched. (A terminal's Ctrl-C does not arrive here: plugins have their own process group, the engine
 * asks for Cancel instead.)
 */
function endWithEngine(): void {
  process.on("SIGINT", () => process.exit(0));
  const engine = process.ppid;
  setInterval(() => {
    if (process.ppid !== engine) process.exit(1);
  }, PARENT_CHECK_MS).unref();
}

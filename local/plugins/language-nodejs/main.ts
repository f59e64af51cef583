/**
 * Stand-in for Pulumi's Node language host, for machines that cannot download the official one.
 * The engine starts it, reads its port from the first line of its output and ends it with SIGINT.
 *
 * Usage: node main.ts <address of the engine>
 */
import * as grpc from "@grpc/grpc-js";
import languageGrpc from "@pulumi/pulumi/proto/language_grpc_pb.js";
import { createNodeProcesses } from "./node-processes.ts";
import { createLanguageService } from "./service.ts";

const engineAddress = process.argv.slice(2).find((argument) => !argument.startsWith("-")) ?? "";
const processes = createNodeProcesses();

function exit(): never {
  processes.endAll();
  process.exit(0);
}
process.on("SIGINT", exit);
process.on("SIGTERM", exit);
// The engine holds the other end of standard input: it closes when the engine ends, however it ends.
process.stdin.on("close", exit).resume();

const server = new grpc.Server();
server.addService(languageGrpc.LanguageRuntimeService, createLanguageService(engineAddress, processes));
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  process.stdout.write(`${port}\n`);
});

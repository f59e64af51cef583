import grpc from "@grpc/grpc-js";
import type { EngineEvent as PulumiEvent } from "@pulumi/pulumi/automation/index.js";
import eventsGrpc from "@pulumi/pulumi/proto/events_grpc_pb.js";
import type { EventRequest } from "@pulumi/pulumi/proto/events_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { MESSAGE_SIZE } from "../plugins/protocol/message-size.ts";

export interface EventServer {
  /** What to give to the CLI as `--event-log`. */
  readonly url: string;
  close(): void;
}

/** Receives the engine's events while it runs, on a free loopback port. */
export async function startEventServer(onEvent: (event: PulumiEvent) => void): Promise<EventServer> {
  const server = new grpc.Server(MESSAGE_SIZE);
  const streamEvents: grpc.handleClientStreamingCall<EventRequest, empty.Empty> = (call, respond) => {
    call.on("data", (request: EventRequest) => onEvent(JSON.parse(request.getEvent())));
    call.on("end", () => respond(null, new empty.Empty()));
    // An engine that was killed breaks the stream; how it ended is told by its exit.
    call.on("error", () => undefined);
  };
  server.addService(eventsGrpc.EventsService, { streamEvents });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return { url: `tcp://127.0.0.1:${port}`, close: () => server.forceShutdown() };
}

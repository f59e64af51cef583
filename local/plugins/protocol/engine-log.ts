import grpc from "@grpc/grpc-js";
import engineService from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import engineProto from "@pulumi/pulumi/proto/engine_pb.js";
import { MESSAGE_SIZE } from "./message-size.ts";

/** Messages that the engine shows beside a resource. A message that cannot be delivered is dropped. */
export interface EngineLog {
  warning(urn: string, message: string): void;
  /** What the resource is waiting for now; replaced by the next message, kept nowhere. */
  progress(urn: string, message: string): void;
}

/**
 * The log of the engine at `address`, which the engine gives as the plugin's first argument; `undefined`
 * drops all messages.
 */
export function connectEngineLog(address: string | undefined): EngineLog {
  const engine =
    address === undefined
      ? undefined
      : new engineService.EngineClient(address, grpc.credentials.createInsecure(), MESSAGE_SIZE);
  const send = (urn: string, message: string, severity: engineProto.LogSeverity, ephemeral: boolean) => {
    const request = new engineProto.LogRequest();
    request.setUrn(urn);
    request.setMessage(message);
    request.setSeverity(severity);
    request.setEphemeral(ephemeral);
    engine?.log(request, () => undefined);
  };
  return {
    warning: (urn, message) => send(urn, message, engineProto.LogSeverity.WARNING, false),
    progress: (urn, message) => send(urn, message, engineProto.LogSeverity.INFO, true),
  };
}

/**
 * The engine's address among a plugin's command line arguments (`process.argv`), if the plugin was started by
 * an engine.
 */
export function engineAddress(argv: readonly string[]): string | undefined {
  return argv.slice(2).find((argument) => !argument.startsWith("-"));
}

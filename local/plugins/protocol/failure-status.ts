import grpc from "@grpc/grpc-js";
import providerProto from "@pulumi/pulumi/proto/provider_pb.js";
import statusProto from "@pulumi/pulumi/proto/status_pb.js";
import anyProto from "google-protobuf/google/protobuf/any_pb.js";
import type structProto from "google-protobuf/google/protobuf/struct_pb.js";
import { toStruct } from "./property-struct.ts";
import { InitializationError } from "./provider-plugin.ts";

/** `error` as a gRPC answer. `like`: the request's properties, whose secrets the kept state of a resource must hide again. */
export function failureStatus(error: unknown, like?: structProto.Struct): Partial<grpc.StatusObject> {
  const details = error instanceof Error ? error.message : String(error);
  if (!(error instanceof InitializationError)) return { code: grpc.status.UNKNOWN, details };
  return { code: grpc.status.UNKNOWN, details, metadata: keptResource(error, like) };
}

/** The rich status by which the engine learns that the resource exists although the call failed. */
function keptResource(error: InitializationError, like?: structProto.Struct): grpc.Metadata {
  const detail = new providerProto.ErrorResourceInitFailed();
  detail.setId(error.id);
  detail.setProperties(toStruct(error.outputs, like));
  detail.setInputs(toStruct(error.inputs, like));
  detail.setReasonsList([error.message]);

  const packed = new anyProto.Any();
  packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const status = new statusProto.Status();
  status.setCode(grpc.status.UNKNOWN);
  status.setMessage(error.message);
  status.setDetailsList([packed]);

  const metadata = new grpc.Metadata();
  metadata.set("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  return metadata;
}

import grpc from "@grpc/grpc-js";
import providerProto from "@pulumi/pulumi/proto/provider_pb.js";
import statusProto from "@pulumi/pulumi/proto/status_pb.js";
import anyProto from "google-protobuf/google/protobuf/any_pb.js";
import type structProto from "google-protobuf/google/protobuf/struct_pb.js";
import { propertiesOf, toStruct } from "./property-struct.ts";
import { secretTexts } from "./property-value.ts";
import { InitializationError } from "./provider-plugin.ts";

/** Shorter ones would blot out half of any message. */
const SHORTEST_HIDDEN_TEXT = 4;

/**
 * `error` as a gRPC answer. `like`: the request's properties, whose secrets neither text nor kept state may
 * show.
 */
export function failureStatus(error: unknown, like?: structProto.Struct): Partial<grpc.StatusObject> {
  const details = withoutSecrets(error instanceof Error ? error.message : String(error), like);
  if (!(error instanceof InitializationError)) return { code: grpc.status.UNKNOWN, details };
  return { code: grpc.status.UNKNOWN, details, metadata: keptResource(error, details, like) };
}

/** Servers quote the values they refuse, plain or as base64. */
function withoutSecrets(message: string, like?: structProto.Struct): string {
  const texts = secretTexts(propertiesOf(like)).filter(({ length }) => length >= SHORTEST_HIDDEN_TEXT);
  const encoded = texts.map((text) => Buffer.from(text).toString("base64"));
  return [...texts, ...encoded].reduce((shown, text) => shown.replaceAll(text, "[secret]"), message);
}

/** The rich status by which the engine learns that the resource exists although the call failed. */
function keptResource(error: InitializationError, reason: string, like?: structProto.Struct): grpc.Metadata {
  const detail = new providerProto.ErrorResourceInitFailed()
    .setId(error.id)
    .setProperties(toStruct(error.outputs, like))
    .setInputs(toStruct(error.inputs, like))
    .setReasonsList([reason]);
  const packed = new anyProto.Any();
  packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const status = new statusProto.Status()
    .setCode(grpc.status.UNKNOWN)
    .setMessage(reason)
    .setDetailsList([packed]);

  const metadata = new grpc.Metadata();
  metadata.set("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  return metadata;
}

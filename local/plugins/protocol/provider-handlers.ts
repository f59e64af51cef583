import type grpc from "@grpc/grpc-js";
import pluginProto from "@pulumi/pulumi/proto/plugin_pb.js";
import type { IResourceProviderServer } from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import providerProto from "@pulumi/pulumi/proto/provider_pb.js";
import emptyProto from "google-protobuf/google/protobuf/empty_pb.js";
import type structProto from "google-protobuf/google/protobuf/struct_pb.js";
import {
  answerCheckConfig,
  answerConfigure,
  answerConstruct,
  answerDiffConfig,
  answerInvoke,
} from "./config-calls.ts";
import { failureStatus } from "./failure-status.ts";
import type { ProviderPlugin } from "./provider-plugin.ts";
import {
  answerCheck,
  answerCreate,
  answerDelete,
  answerDiff,
  answerRead,
  answerUpdate,
} from "./resource-calls.ts";

export interface PluginIdentity {
  /** Package name, such as `kubernetes`. */
  readonly name: string;
  /** Exact version of the npm package that the plugin serves. */
  readonly version: string;
}

/** Calls that are absent here are answered UNIMPLEMENTED by gRPC itself. */
type ProviderHandlers = Partial<IResourceProviderServer> & grpc.UntypedServiceImplementation;

/**
 * The gRPC service of `plugin`. Handshake is left out on purpose: without it the answer to Configure decides
 * on previews.
 */
export function providerHandlers(plugin: ProviderPlugin, identity: PluginIdentity): ProviderHandlers {
  const byPlugin = <Request, Response>(
    answer: (plugin: ProviderPlugin, request: Request) => Promise<Response>,
    secretsOf: (request: Request) => Struct | undefined,
  ) => unary((request: Request) => answer(plugin, request), secretsOf);
  return {
    ...identityHandlers(identity),
    checkConfig: byPlugin(answerCheckConfig, newProperties),
    diffConfig: byPlugin(answerDiffConfig, newProperties),
    configure: byPlugin(answerConfigure, givenArgs),
    check: byPlugin(answerCheck, newProperties),
    diff: byPlugin(answerDiff, newProperties),
    create: byPlugin(answerCreate, properties),
    update: byPlugin(answerUpdate, newProperties),
    read: byPlugin(answerRead, properties),
    delete: byPlugin(answerDelete, properties),
    invoke: byPlugin(answerInvoke, givenArgs),
    construct: byPlugin(answerConstruct, (request) => request.getInputs()),
    cancel: unary((_: emptyProto.Empty) => {
      plugin.cancel();
      return new emptyProto.Empty();
    }),
  };
}

function identityHandlers({ name, version }: PluginIdentity): ProviderHandlers {
  const schema = JSON.stringify({ name, version });
  return {
    getPluginInfo: unary((_: emptyProto.Empty) => new pluginProto.PluginInfo().setVersion(version)),
    getSchema: unary((_: providerProto.GetSchemaRequest) =>
      new providerProto.GetSchemaResponse().setSchema(schema),
    ),
  };
}

type Struct = structProto.Struct;
const newProperties = (request: { getNews(): Struct | undefined }) => request.getNews();
const givenArgs = (request: { getArgs(): Struct | undefined }) => request.getArgs();
const properties = (request: { getProperties(): Struct | undefined }) => request.getProperties();

/**
 * @param secretsOf the request's properties, whose secrets a failure must show neither in its text nor in
 * kept state
 */
function unary<Request, Response>(
  answer: (request: Request) => Response | Promise<Response>,
  secretsOf?: (request: Request) => Struct | undefined,
): grpc.handleUnaryCall<Request, Response> {
  return async ({ request }, respond) => {
    try {
      respond(null, await answer(request));
    } catch (error) {
      respond(failureStatus(error, secretsOf?.(request)));
    }
  };
}

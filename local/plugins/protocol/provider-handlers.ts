import type grpc from "@grpc/grpc-js";
import pluginProto from "@pulumi/pulumi/proto/plugin_pb.js";
import type { IResourceProviderServer } from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import providerProto from "@pulumi/pulumi/proto/provider_pb.js";
import emptyProto from "google-protobuf/google/protobuf/empty_pb.js";
import type structProto from "google-protobuf/google/protobuf/struct_pb.js";
import { failureStatus } from "./failure-status.ts";
import { changedMembers } from "./property-change.ts";
import { plainPropertiesOf, toStruct } from "./property-struct.ts";
import type { PropertyMap } from "./property-value.ts";
import type {
  CheckResult,
  DiffResult,
  PropertyChange,
  ProviderPlugin,
  ResourceIdentity,
} from "./provider-plugin.ts";

export interface PluginIdentity {
  /** Package name, such as `kubernetes`. */
  readonly name: string;
  /** Exact version of the npm package that the plugin serves. */
  readonly version: string;
}

type Struct = structProto.Struct;
/** Calls that are absent here are answered UNIMPLEMENTED by gRPC itself. */
type ProviderHandlers = Partial<IResourceProviderServer> & grpc.UntypedServiceImplementation;

/** The gRPC service of `plugin`. Handshake is left out on purpose: without it the answer to Configure decides on previews. */
export function providerHandlers(plugin: ProviderPlugin, identity: PluginIdentity): ProviderHandlers {
  return { ...identityHandlers(identity), ...configHandlers(plugin, identity), ...resourceHandlers(plugin) };
}

function identityHandlers({ name, version }: PluginIdentity): ProviderHandlers {
  return {
    getPluginInfo: unary((_: emptyProto.Empty) => new pluginProto.PluginInfo().setVersion(version)),
    getSchema: unary((_: providerProto.GetSchemaRequest) =>
      new providerProto.GetSchemaResponse().setSchema(JSON.stringify({ name, version })),
    ),
  };
}

function configHandlers(plugin: ProviderPlugin, { name }: PluginIdentity): ProviderHandlers {
  return {
    checkConfig: unary(async (request: providerProto.CheckRequest) => {
      if (!plugin.checkConfig) return new providerProto.CheckResponse().setInputs(request.getNews());
      return checkResponse(await plugin.checkConfig(checkRequest(request)), request.getNews());
    }),
    diffConfig: unary(async (request: providerProto.DiffRequest) => {
      const oldArgs = plainPropertiesOf(request.getOldInputs() ?? request.getOlds());
      const args = plainPropertiesOf(request.getNews());
      return diffResponse(
        plugin.diffConfig
          ? await plugin.diffConfig({ oldArgs, args })
          : { changes: changedMembers(oldArgs, args) },
      );
    }),
    configure: unary(async (request: providerProto.ConfigureRequest) => {
      await plugin.configure(providerArgs(request));
      return new providerProto.ConfigureResponse().setSupportspreview(true).setAcceptsecrets(true);
    }),
    invoke: unary(async (request: providerProto.InvokeRequest) => {
      const token = request.getTok();
      if (!plugin.invoke) throw new Error(`${token}: the embedded ${name} provider has no functions`);
      const result = await plugin.invoke({ token, args: plainPropertiesOf(request.getArgs()) });
      return new providerProto.InvokeResponse().setReturn(toStruct(result, request.getArgs()));
    }),
    construct: unary((request: providerProto.ConstructRequest): providerProto.ConstructResponse => {
      const type = request.getType();
      throw new Error(
        plugin.componentRefusal?.(type) ?? `${type}: the embedded ${name} provider makes no components`,
      );
    }),
    cancel: unary((_: emptyProto.Empty) => {
      plugin.cancel();
      return new emptyProto.Empty();
    }),
  };
}

function resourceHandlers(plugin: ProviderPlugin): ProviderHandlers {
  return {
    check: unary(async (request: providerProto.CheckRequest) =>
      checkResponse(await plugin.check(checkRequest(request)), request.getNews()),
    ),
    diff: unary(async (request: providerProto.DiffRequest) =>
      diffResponse(
        await plugin.diff({
          ...identityOf(request),
          ...oldState(request.getOldInputs(), request.getOlds()),
          id: request.getId(),
          inputs: plainPropertiesOf(request.getNews()),
          ignoreChanges: request.getIgnorechangesList(),
        }),
      ),
    ),
    create: unary(
      async (request: providerProto.CreateRequest) => {
        const { id, outputs } = await plugin.create({
          ...identityOf(request),
          inputs: plainPropertiesOf(request.getProperties()),
          timeoutSeconds: request.getTimeout(),
          preview: request.getPreview(),
        });
        return new providerProto.CreateResponse()
          .setId(id)
          .setProperties(toStruct(outputs, request.getProperties()));
      },
      (request) => request.getProperties(),
    ),
    update: unary(
      async (request: providerProto.UpdateRequest) => {
        const { outputs } = await plugin.update({
          ...identityOf(request),
          ...oldState(request.getOldInputs(), request.getOlds()),
          id: request.getId(),
          inputs: plainPropertiesOf(request.getNews()),
          ignoreChanges: request.getIgnorechangesList(),
          timeoutSeconds: request.getTimeout(),
          preview: request.getPreview(),
        });
        return new providerProto.UpdateResponse().setProperties(toStruct(outputs, request.getNews()));
      },
      (request) => request.getNews(),
    ),
    read: unary(async (request: providerProto.ReadRequest) => {
      const id = request.getId();
      const found = await plugin.read({
        ...identityOf(request),
        ...oldState(request.getInputs(), request.getProperties()),
        id,
      });
      if (!found) return new providerProto.ReadResponse();
      return new providerProto.ReadResponse()
        .setId(found.id ?? id)
        .setInputs(toStruct(found.inputs, request.getInputs()))
        .setProperties(toStruct(found.outputs, request.getProperties()));
    }),
    delete: unary(async (request: providerProto.DeleteRequest) => {
      await plugin.delete({
        ...identityOf(request),
        ...oldState(request.getOldInputs(), request.getProperties()),
        id: request.getId(),
        timeoutSeconds: request.getTimeout(),
      });
      return new emptyProto.Empty();
    }),
  };
}

/** @param secretsOf the request's properties whose secrets must stay hidden in the state that a failure leaves behind */
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

function identityOf(request: { getUrn(): string; getType(): string; getName(): string }): ResourceIdentity {
  return { urn: request.getUrn(), type: request.getType(), name: request.getName() };
}

function oldState(inputs: Struct | undefined, outputs: Struct | undefined) {
  return { oldInputs: plainPropertiesOf(inputs), oldOutputs: plainPropertiesOf(outputs) };
}

/** Arguments of an explicit provider, over those of the stack's configuration (`kubernetes:context`). */
function providerArgs(request: providerProto.ConfigureRequest): PropertyMap {
  const args: PropertyMap = {};
  request.getVariablesMap().forEach((value, key) => {
    args[key.slice(key.lastIndexOf(":") + 1)] = value;
  });
  return { ...args, ...plainPropertiesOf(request.getArgs()) };
}

function checkRequest(request: providerProto.CheckRequest) {
  return {
    ...identityOf(request),
    oldInputs: plainPropertiesOf(request.getOlds()),
    inputs: plainPropertiesOf(request.getNews()),
  };
}

function checkResponse(
  { inputs, failures }: CheckResult,
  like: Struct | undefined,
): providerProto.CheckResponse {
  const list = failures.map(({ property, reason }) =>
    new providerProto.CheckFailure().setProperty(property).setReason(reason),
  );
  return new providerProto.CheckResponse().setInputs(toStruct(inputs, like)).setFailuresList(list);
}

function diffResponse({ changes, deleteBeforeReplace = false }: DiffResult): providerProto.DiffResponse {
  const { DIFF_NONE, DIFF_SOME } = providerProto.DiffResponse.DiffChanges;
  const response = new providerProto.DiffResponse()
    .setChanges(changes.length > 0 ? DIFF_SOME : DIFF_NONE)
    .setDiffsList(changes.map(({ path }) => path))
    .setReplacesList(changes.filter(({ replace }) => replace).map(({ path }) => path))
    .setDeletebeforereplace(deleteBeforeReplace)
    .setHasdetaileddiff(true);
  for (const change of changes) response.getDetaileddiffMap().set(change.path, propertyDiff(change));
  return response;
}

function propertyDiff({ kind, replace }: PropertyChange): providerProto.PropertyDiff {
  const { Kind } = providerProto.PropertyDiff;
  const kinds = {
    add: replace ? Kind.ADD_REPLACE : Kind.ADD,
    delete: replace ? Kind.DELETE_REPLACE : Kind.DELETE,
    update: replace ? Kind.UPDATE_REPLACE : Kind.UPDATE,
  };
  return new providerProto.PropertyDiff().setKind(kinds[kind]).setInputdiff(true);
}

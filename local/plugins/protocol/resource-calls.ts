import providerProto from "@pulumi/pulumi/proto/provider_pb.js";
import emptyProto from "google-protobuf/google/protobuf/empty_pb.js";
import type structProto from "google-protobuf/google/protobuf/struct_pb.js";
import { plainPropertiesOf, toStruct } from "./property-struct.ts";
import type {
  CheckRequest,
  CheckResult,
  DiffResult,
  PropertyChange,
  ProviderPlugin,
  ResourceIdentity,
} from "./provider-plugin.ts";

type Struct = structProto.Struct;

export async function answerCheck(plugin: ProviderPlugin, request: providerProto.CheckRequest) {
  return checkResponse(await plugin.check(checkRequest(request)), request.getNews());
}

export async function answerDiff(plugin: ProviderPlugin, request: providerProto.DiffRequest) {
  const diff = await plugin.diff({
    ...identityOf(request),
    ...oldState(request.getOldInputs(), request.getOlds()),
    id: request.getId(),
    inputs: plainPropertiesOf(request.getNews()),
    ignoreChanges: request.getIgnorechangesList(),
  });
  return diffResponse(diff);
}

export async function answerCreate(plugin: ProviderPlugin, request: providerProto.CreateRequest) {
  const { id, outputs } = await plugin.create({
    ...identityOf(request),
    inputs: plainPropertiesOf(request.getProperties()),
    timeoutSeconds: request.getTimeout(),
    preview: request.getPreview(),
  });
  return new providerProto.CreateResponse()
    .setId(id)
    .setProperties(toStruct(outputs, request.getProperties()));
}

export async function answerUpdate(plugin: ProviderPlugin, request: providerProto.UpdateRequest) {
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
}

/** An answer without id says that the resource does not exist. */
export async function answerRead(plugin: ProviderPlugin, request: providerProto.ReadRequest) {
  const id = request.getId();
  const old = oldState(request.getInputs(), request.getProperties());
  const found = await plugin.read({ ...identityOf(request), ...old, id });
  if (!found) return new providerProto.ReadResponse();
  return new providerProto.ReadResponse()
    .setId(id)
    .setInputs(toStruct(found.inputs, request.getInputs()))
    .setProperties(toStruct(found.outputs, request.getProperties()));
}

export async function answerDelete(plugin: ProviderPlugin, request: providerProto.DeleteRequest) {
  await plugin.delete({
    ...identityOf(request),
    ...oldState(request.getOldInputs(), request.getProperties()),
    id: request.getId(),
    timeoutSeconds: request.getTimeout(),
  });
  return new emptyProto.Empty();
}

function identityOf(request: { getUrn(): string; getType(): string; getName(): string }): ResourceIdentity {
  return { urn: request.getUrn(), type: request.getType(), name: request.getName() };
}

function oldState(inputs: Struct | undefined, outputs: Struct | undefined) {
  return { oldInputs: plainPropertiesOf(inputs), oldOutputs: plainPropertiesOf(outputs) };
}

export function checkRequest(request: providerProto.CheckRequest): CheckRequest {
  return {
    ...identityOf(request),
    oldInputs: plainPropertiesOf(request.getOlds()),
    inputs: plainPropertiesOf(request.getNews()),
  };
}

export function checkResponse({ inputs, failures }: CheckResult, like: Struct | undefined) {
  const list = failures.map(({ property, reason }) =>
    new providerProto.CheckFailure().setProperty(property).setReason(reason),
  );
  return new providerProto.CheckResponse().setInputs(toStruct(inputs, like)).setFailuresList(list);
}

export function diffResponse({ changes, deleteBeforeReplace = false }: DiffResult) {
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

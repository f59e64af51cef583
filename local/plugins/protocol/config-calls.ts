import providerProto from "@pulumi/pulumi/proto/provider_pb.js";
import { changedMembers } from "./property-change.ts";
import { plainPropertiesOf, toStruct } from "./property-struct.ts";
import type { PropertyMap } from "./property-value.ts";
import type { ProviderPlugin } from "./provider-plugin.ts";
import { checkRequest, checkResponse, diffResponse } from "./resource-calls.ts";

export async function answerCheckConfig(plugin: ProviderPlugin, request: providerProto.CheckRequest) {
  if (!plugin.checkConfig) return new providerProto.CheckResponse().setInputs(request.getNews());
  return checkResponse(await plugin.checkConfig(checkRequest(request)), request.getNews());
}

export async function answerDiffConfig(plugin: ProviderPlugin, request: providerProto.DiffRequest) {
  const oldArgs = plainPropertiesOf(request.getOldInputs() ?? request.getOlds());
  const args = plainPropertiesOf(request.getNews());
  const diff = await plugin.diffConfig?.({ oldArgs, args });
  return diffResponse(diff ?? { changes: changedMembers(oldArgs, args) });
}

export async function answerConfigure(plugin: ProviderPlugin, request: providerProto.ConfigureRequest) {
  await plugin.configure(providerArgs(request));
  return new providerProto.ConfigureResponse().setSupportspreview(true).setAcceptsecrets(true);
}

/** Arguments of an explicit provider, over those of the stack's configuration (`kubernetes:context`). */
function providerArgs(request: providerProto.ConfigureRequest): PropertyMap {
  const args: PropertyMap = {};
  request.getVariablesMap().forEach((value, key) => {
    args[key.slice(key.lastIndexOf(":") + 1)] = value;
  });
  return { ...args, ...plainPropertiesOf(request.getArgs()) };
}

export async function answerInvoke(plugin: ProviderPlugin, request: providerProto.InvokeRequest) {
  const token = request.getTok();
  if (!plugin.invoke) throw new Error(`${token}: the embedded provider of this package has no functions`);
  const result = await plugin.invoke({ token, args: plainPropertiesOf(request.getArgs()) });
  return new providerProto.InvokeResponse().setReturn(toStruct(result, request.getArgs()));
}

/** Components are programs of their own; no embedded provider has any. */
export async function answerConstruct(
  plugin: ProviderPlugin,
  request: providerProto.ConstructRequest,
): Promise<providerProto.ConstructResponse> {
  const type = request.getType();
  throw new Error(plugin.componentRefusal?.(type) ?? `${type}: the embedded provider has no components`);
}

import { createEngine, type Engine, readSecretOutputs } from "../engine/engine.ts";
import { describeFailure, type OperationResult } from "../engine/operation-result.ts";
import type { ConfigOverrides } from "../engine/project.ts";
import type { StandIn } from "../engine/pulumi-home.ts";
import { policiesFor } from "../policy/config-file.ts";
import type { Instance } from "./instance.ts";
import type { EnvironmentRecord } from "./record.ts";

/** What one run of the engine over the stack `local` led to. */
export interface Deployment {
  readonly result: OperationResult;
  /** Plugins of this repository that ran in place of official ones. */
  readonly standIns: readonly StandIn[];
  /** Key that clients of the gateway send. */
  readonly gatewayApiKey: string;
}

export interface DeployOptions {
  readonly image: string;
  /** Image of Valkey's pods; the stack's own where they are not real. */
  readonly storeImage?: string | undefined;
  /** Upstream key, only for `upstream: anthropic`. */
  readonly anthropicApiKey?: string | undefined;
  /** Settings over those of `Pulumi.local.yaml`. Default: none. */
  readonly config?: ConfigOverrides;
  /** Patterns of URNs of resources that are made anew although nothing about them has changed. Default: none. */
  readonly replace?: readonly string[];
  readonly signal: AbortSignal;
  readonly onProgress: (text: string) => void;
}

/**
 * Runs `pulumi up` of the stack `local` on the regions of the environment, with the policy pack.
 *
 * @throws Error with the violated policies or the engine's errors when the update does not succeed
 */
export async function deployLocalStack(
  instance: Instance,
  environment: EnvironmentRecord,
  options: DeployOptions,
): Promise<Deployment> {
  const engine = await openLocalStack(instance, environment, options);
  // Policies judge each resource before it is made, so a preview beforehand would only cost time here.
  const { signal, replace = [] } = options;
  const result = await engine.up({ preview: false, replace, signal });
  signal.throwIfAborted();
  if (result.outcome !== "succeeded") throw new Error(`pulumi up failed:\n${describeFailure(result)}`);
  return { result, standIns: engine.standIns, gatewayApiKey: await readGatewayKey(instance, environment) };
}

/** The key that clients of the gateway send, as the stack `local` has it now. */
export async function readGatewayKey({ stateDir }: Instance, { tools }: EnvironmentRecord): Promise<string> {
  const { gatewayApiKey } = await readSecretOutputs({ pulumiPath: tools.pulumi, stateDir, stack: "local" });
  if (typeof gatewayApiKey !== "string")
    throw new Error("The stack has no output gatewayApiKey; index.ts must export it.");
  return gatewayApiKey;
}

/** Deletes what the stack `local` has made on clusters that stay. @throws Error when something is left */
export async function destroyLocalStack(
  instance: Instance,
  environment: EnvironmentRecord,
  signal: AbortSignal,
): Promise<void> {
  const engine = await openLocalStack(instance, environment, {
    signal,
    image: "",
    onProgress: () => undefined,
  });
  const result = await engine.destroy({ signal });
  if (result.outcome !== "succeeded") throw new Error(`pulumi destroy failed:\n${describeFailure(result)}`);
}

async function openLocalStack(
  { cloneDir, stateDir }: Instance,
  { regions, upstream, tools }: EnvironmentRecord,
  { image, storeImage, anthropicApiKey, config, signal, onProgress }: DeployOptions,
): Promise<Engine> {
  let done = 0;
  return await createEngine({
    pulumiPath: tools.pulumi,
    stateDir,
    cloneDir,
    stack: "local",
    signal,
    configOverrides: {
      image,
      upstream: { mode: upstream },
      ...(storeImage === undefined ? {} : { valkey: { image: storeImage } }),
      regions: regions.map(({ name, context, kubeconfig }) => ({ name, context, kubeconfig })),
      ...config,
    },
    ...(anthropicApiKey === undefined ? {} : { secretOverrides: { anthropicApiKey } }),
    ...(await policiesFor(cloneDir, "local")),
    onEvent: (event) => {
      if (event.kind === "status") onProgress(`${done} resources done; ${event.resource}: ${event.message}`);
      if (event.kind !== "resource" || event.phase !== "finished") return;
      done += 1;
      onProgress(`${done} resources done`);
    },
  });
}

import { createRequire } from "node:module";
import { join } from "node:path";
import { PACK_FOLDER } from "../../policies/bundle.ts";
import type { Stack } from "../../policies/manifests/stack.ts";
import type { Policy } from "../../policies/pack/policy.ts";

export type PolicyResource = ConstructorParameters<typeof Stack>[0][number];

/** What the SDK puts in the place of a string that a preview cannot know. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export type KubernetesObject = Readonly<Record<string, unknown>>;

/** What a policy said about one resource or stack. */
export interface Judgement {
  readonly violations: readonly string[];
  /** The message with which the SDK would report that the policy could not run in a preview. */
  readonly undecided: string | undefined;
}

type UnknownCheckingProxy = (properties: object) => Record<string, unknown>;

/** The SDK's own proxy, so that unknown values behave in these tests as they do under the engine. */
const proxy = createRequire(join(PACK_FOLDER, "package.json"))("@pulumi/policy/proxy") as {
  unknownCheckingProxy: UnknownCheckingProxy;
  UnknownValueError: new () => Error;
};

/** Runs a policy over single resources on one object as the SDK does. */
export async function judge(
  policy: Policy,
  object: KubernetesObject,
  { config = {}, type = typeOf(object) }: { config?: object; type?: string } = {},
): Promise<Judgement> {
  if (!("validateResource" in policy.sdk))
    throw new Error(`${policy.name} is no policy over single resources`);
  const { validateResource } = policy.sdk;
  if (typeof validateResource !== "function") throw new Error(`${policy.name} has no single validation`);
  const args = argumentsFor(resourceOf(object, { type }), config);
  return collect((report) => validateResource(args, report));
}

/** Runs a policy's remediation on one object as the SDK does; undefined where it leaves the object as it is. */
export async function remediate(
  policy: Policy,
  object: KubernetesObject,
  { config = {}, type = typeOf(object) }: { config?: object; type?: string } = {},
): Promise<KubernetesObject | undefined> {
  if (!("remediateResource" in policy.sdk) || policy.sdk.remediateResource === undefined) {
    throw new Error(`${policy.name} repairs nothing`);
  }
  const copy = structuredClone(object) as KubernetesObject;
  const changed = await policy.sdk.remediateResource(argumentsFor(resourceOf(copy, { type }), config));
  return changed === undefined ? undefined : copy;
}

/** Runs a policy over whole stacks on resources as the SDK does. */
export async function judgeStack(
  policy: Policy,
  resources: readonly PolicyResource[],
  config: object = {},
): Promise<Judgement> {
  if (!("validateStack" in policy.sdk)) throw new Error(`${policy.name} is no policy over stacks`);
  const { validateStack } = policy.sdk;
  return collect((report) =>
    validateStack(
      {
        resources: [...resources],
        getConfig: <T extends object>() => config as T,
        stackTags: new Map<string, string>(),
        notApplicable: refuseNotApplicable,
      },
      (message, urn) => report(urn === undefined ? message : `${urn}: ${message}`),
    ),
  );
}

function argumentsFor(resource: PolicyResource, config: object) {
  return {
    ...resource,
    getConfig: <T extends object>() => config as T,
    stackTags: new Map<string, string>(),
    notApplicable: refuseNotApplicable,
    asType: () => undefined,
  };
}

/** A resource of a cloud. */
export function cloudResourceOf(type: string, properties: object, name = "subject"): PolicyResource {
  return { ...resourceOf(properties as KubernetesObject, { type }), name };
}

/** An object as a resource of a stack, created through the provider of a region. */
export function resourceOf(
  object: KubernetesObject,
  { type = typeOf(object), region = "region-a" }: { type?: string; region?: string } = {},
): PolicyResource {
  const name = `${region}-${String((object["metadata"] as KubernetesObject | undefined)?.["name"] ?? "unnamed")}`;
  return {
    type,
    name,
    props: proxy.unknownCheckingProxy(object),
    urn: `urn:pulumi:test::claude-agents::${type}::${name}`,
    provider: {
      type: "pulumi:providers:kubernetes",
      name: region,
      urn: `urn:pulumi:test::claude-agents::pulumi:providers:kubernetes::${region}`,
      props: {},
    },
    opts: {
      protect: false,
      ignoreChanges: [],
      aliases: [],
      additionalSecretOutputs: [],
      customTimeouts: { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 },
    },
    dependencies: [],
    propertyDependencies: {},
    isType: () => false,
    asType: () => undefined,
  };
}

/** The Pulumi type of a Kubernetes object. */
function typeOf(object: KubernetesObject): string {
  const apiVersion = String(object["apiVersion"]);
  return `kubernetes:${apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`}:${String(object["kind"])}`;
}

async function collect(run: (report: (message: string) => void) => void | Promise<void>): Promise<Judgement> {
  const violations: string[] = [];
  try {
    await run((message) => violations.push(message));
    return { violations, undecided: undefined };
  } catch (error) {
    if (error instanceof proxy.UnknownValueError) return { violations, undecided: error.message };
    throw error;
  }
}

function refuseNotApplicable(): never {
  throw new Error("no policy of this pack declares itself not applicable");
}

// Loaded here, so that the seconds it takes are not counted as time of the first test.
import "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { vi } from "vitest";
import { DEFAULT_REGION } from "../../local/plugins/aws/invention.ts";
import { RESOURCE_TYPES } from "../../local/plugins/aws/resource-types.ts";

// Every class of that SDK is loaded at its first use; on a busy machine that alone takes seconds.
vi.setConfig({ testTimeout: 30_000 });

/** One resource as the program registered it. */
export interface Recorded {
  readonly type: string;
  readonly name: string;
  /** What the program sent, secrets unwrapped. */
  // biome-ignore lint/suspicious/noExplicitAny: looked at from outside, field by field.
  readonly inputs: any;
  /** Names of the inputs that are, or hold, a secret. */
  readonly secretInputs: readonly string[];
  /** The provider instance that is asked to make it. */
  readonly provider: string;
}

export const PROJECT = "claude-agents";

/** Sets the configuration as the engine does: every value as text, structures as JSON. */
export function setConfig(config: Record<string, unknown>, secretKeys: readonly string[] = []): void {
  const texts = Object.entries(config).map(([key, value]) => [
    `${PROJECT}:${key}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  pulumi.runtime.setAllConfig(
    Object.fromEntries(texts),
    secretKeys.map((key) => `${PROJECT}:${key}`),
  );
}

/** Starts a deployment whose engine only writes down what it is asked for, and runs `program` in it to the end. */
export async function record<T>(program: () => Promise<T> | T, options: { preview?: boolean } = {}) {
  const resources: Recorded[] = [];
  await pulumi.runtime.setMocks(
    {
      call: ({ token }) => {
        throw new Error(`the program called ${token}, which nothing here answers`);
      },
      newResource: ({ type, name, inputs, provider, custom }) => {
        const { plain, secretInputs } = unwrapSecrets(inputs);
        resources.push({ type, name, inputs: plain, secretInputs, provider: provider ?? "" });
        return {
          id: custom ? `${name}-id` : undefined,
          state: { ...inputs, ...computed(type, name, inputs) },
        };
      },
    },
    PROJECT,
    "test",
    options.preview ?? false,
  );
  const result = await program();
  await pulumi.runtime.disconnect();
  return { resources, result };
}

/** Runs the whole program, `index.ts`, afresh with this configuration. */
export async function recordStack(
  config: Record<string, unknown>,
  options: { preview?: boolean; secretKeys?: readonly string[] } = {},
) {
  vi.resetModules();
  setConfig(config, options.secretKeys);
  return await record(() => import("../../index.ts"), options);
}

/** The one resource with this type and name. */
export function only(resources: readonly Recorded[], type: string, name: string): Recorded {
  const [first, ...others] = resources.filter((resource) => resource.type === type && resource.name === name);
  if (first !== undefined && others.length === 0) return first;
  const known = resources.map((resource) => `${resource.type} ${resource.name}`).join("\n");
  throw new Error(`expected exactly one ${type} named ${name}, there are:\n${known}`);
}

/** The value of an output. */
export function settled<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => {
    output.apply(resolve);
  });
}

/** How the engine's protocol marks a secret. */
const SIGNATURE_KEY = "4dabf18193072939515e22adb298388d";
const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";

function unwrapSecrets(inputs: Record<string, unknown>) {
  const secretInputs: string[] = [];
  const entries = Object.entries(inputs).map(([name, value]) => {
    const isObject = typeof value === "object" && value !== null;
    if (!isObject || Reflect.get(value, SIGNATURE_KEY) !== SECRET_SIGNATURE) return [name, value];
    secretInputs.push(name);
    return [name, Reflect.get(value, "value")];
  });
  return { plain: Object.fromEntries(entries), secretInputs };
}

/** What a random password of this name is here: as long as a real one, which the runtime checks. */
export function passwordOf(name: string, length = 48): string {
  return `${name}-value`.padEnd(length, "-");
}

/** What only the engine or the cluster would know. Types that the stack has no business with are refused. */
function computed(
  type: string,
  name: string,
  inputs: { metadata?: { name?: string }; length?: number; region?: string },
): object {
  if (type === "random:index/randomPassword:RandomPassword") {
    return { result: passwordOf(name, inputs.length) };
  }
  if (type.startsWith("claude-agents:") || type.startsWith("pulumi:")) return {};
  if (type.startsWith("aws:")) return inAws(type, name, inputs);
  if (type.startsWith("kubernetes:")) {
    return { metadata: { ...inputs.metadata, name: inputs.metadata?.name ?? `${name}-a1b2c3d4` } };
  }
  throw new Error(`the program made a ${type}, which this test does not expect`);
}

/** What the embedded recorder answers, so that no type is used here that a preview without an account would refuse. */
function inAws(type: string, name: string, inputs: { readonly region?: string }): object {
  const known = RESOURCE_TYPES[type];
  if (known === undefined) throw new Error(`${type} is not known to the embedded aws recorder`);
  const { nameInput } = known;
  const named = nameInput === undefined ? inputs : { [nameInput]: name, ...inputs };
  return {
    ...named,
    ...known.invent({ urn: name, inputs: named, region: inputs.region ?? DEFAULT_REGION }).outputs,
  };
}

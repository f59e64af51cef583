import * as pulumi from "@pulumi/pulumi";
import { ConfigError, type Fault, faultsOf, holdsApiKey, withoutApiKeys } from "./config/faults.ts";
import type { GatewaySettings } from "./config/gateway-schema.ts";
import { nodeAt } from "./config/reference.ts";
import { majorityOf } from "./config/relations.ts";
import { type ConfigInput, type ConfigValues, configSchema } from "./config/schema.ts";

/** One region as configured, with its share of every budget filled in. */
export type RegionConfig = Omit<ConfigInput["regions"][number], "share"> & { readonly share: number };

/** Valkey as configured, with its quorum filled in. */
export type ValkeyConfig = Omit<ConfigInput["valkey"], "quorum"> & { readonly quorum: number };

/** Who gets the traffic, with the primary filled in. */
export type FailoverConfig = ConfigInput["failover"] & { readonly primary: string };

/** What a stack is configured to be; nothing in it is missing or contradicts the rest. */
export type StackConfig = Omit<
  ConfigInput,
  "regions" | "failover" | "valkey" | "gateway" | "anthropicApiKey"
> & {
  readonly regions: readonly RegionConfig[];
  readonly failover: FailoverConfig;
  readonly valkey: ValkeyConfig;
  /** What the stack states about the gateway. Defaults are left out: those of the deployed image apply. */
  readonly gateway: GatewaySettings;
  /** The API key when it is kept as a Pulumi secret. */
  readonly anthropicApiKey?: pulumi.Output<string>;
};

/** `isConfigSecret` is there at run time, but the SDK's declarations leave it out. */
const runtime = pulumi.runtime as typeof pulumi.runtime & { isConfigSecret(key: string): boolean };

const SECRET_KEY = "anthropicApiKey";
const PLACEHOLDER_DIGEST = `@sha256:${"0".repeat(64)}`;

/**
 * Reads the configuration of the current stack; the only place that does.
 *
 * An image with a digest of zeros is the shipped example: it may be previewed, never deployed.
 *
 * @throws ConfigError that lists every fault with its place, what stands there, what may, and the fix.
 */
export function readConfig(): StackConfig {
  const config = new pulumi.Config();
  const { values, faults } = collect(config);
  const parsed = configSchema.safeParse(values);
  const more = parsed.success ? placeholderFaults(parsed.data) : faultsOf(parsed.error, values);
  const found = [...faults, ...otherFaults(more, faults)];
  if (found.length > 0 || !parsed.success) throw new ConfigError(pulumi.getStack(), config.name, found);
  // The schema transforms nothing: what it accepts is of its input's type.
  return complete(parsed.data, values as ConfigValues, config);
}

interface Collected {
  readonly values: Record<string, unknown>;
  readonly faults: readonly Fault[];
}

/** Takes every key of this project, whether known or not; those of providers belong to others. */
function collect(config: pulumi.Config): Collected {
  const prefix = `${config.name}:`;
  const values: Record<string, unknown> = {};
  const faults: Fault[] = [];
  for (const [name, text] of Object.entries(pulumi.runtime.allConfig())) {
    if (!name.startsWith(prefix)) continue;
    const key = name.slice(prefix.length);
    const value = parseValue(key, text);
    values[key] = value;
    faults.push(...secrecyFaults(key, value, runtime.isConfigSecret(name)));
  }
  return { values, faults };
}

/** The engine hands every value over as text; those that the schema does not want as text are JSON. */
function parseValue(key: string, text: string): unknown {
  if (nodeAt([key])?.type === "string") return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function secrecyFaults(key: string, value: unknown, isSecret: boolean): Fault[] {
  if (key === SECRET_KEY) return isSecret ? [] : [plainSecret(key)];
  if (!isSecret) return findApiKeys(value, key).map(plainSecret);
  return [
    {
      path: key,
      got: "an encrypted value",
      allowed: "a plain value: it goes into manifests that anybody in the cluster may read",
      fix: "set it without --secret, and keep secrets in a Secret of the cluster",
    },
  ];
}

function plainSecret(path: string): Fault {
  return {
    path,
    got: "a secret in plain text (not shown)",
    allowed: path === SECRET_KEY ? "an encrypted value" : "no secret",
    fix: `revoke this key, remove it here, and run: pulumi config set --secret ${SECRET_KEY}`,
  };
}

function findApiKeys(value: unknown, path: string): string[] {
  if (typeof value === "string") return holdsApiKey(value) ? [path] : [];
  if (typeof value !== "object" || value === null) return [];
  const steps = Array.isArray(value)
    ? value.map((_, index) => `[${index}]`)
    : Object.keys(value).map((key) => `.${withoutApiKeys(key)}`);
  return Object.entries(value).flatMap(([key, child], index) => {
    const place = path + steps[index];
    return holdsApiKey(key) ? [place] : findApiKeys(child, place);
  });
}

/** What zod found, without the places at or below which a secret stands: those faults would show it. */
function otherFaults(faults: readonly Fault[], known: readonly Fault[]): Fault[] {
  return faults.filter(
    ({ path }) => !known.some((secret) => path === secret.path || isBelow(path, secret.path)),
  );
}

function isBelow(path: string, parent: string): boolean {
  return path.startsWith(`${parent}.`) || path.startsWith(`${parent}[`);
}

function placeholderFaults({ image }: ConfigInput): Fault[] {
  if (pulumi.runtime.isDryRun() || !image.endsWith(PLACEHOLDER_DIGEST)) return [];
  return [
    {
      path: "image",
      got: `${JSON.stringify(image)}, the shipped example`,
      allowed: "the digest of a real image; this one can only be previewed",
      fix: "push the image and copy the digest that the registry answers",
    },
  ];
}

function complete(
  { anthropicApiKey, ...input }: ConfigInput,
  { gateway = {} }: ConfigValues,
  config: pulumi.Config,
): StackConfig {
  return {
    ...input,
    gateway,
    failover: { ...input.failover, primary: input.failover.primary ?? firstOf(input.regions) },
    regions: input.regions.map((region) => ({ ...region, share: region.share ?? 1 / input.regions.length })),
    valkey: { ...input.valkey, quorum: input.valkey.quorum ?? majorityOf(input.valkey.replicas) },
    ...(anthropicApiKey === undefined ? {} : { anthropicApiKey: config.requireSecret(SECRET_KEY) }),
  };
}

function firstOf([first]: ConfigInput["regions"]): string {
  return first?.name ?? "";
}

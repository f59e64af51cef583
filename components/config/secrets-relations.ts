import { z } from "zod";
import { SECRET_KEY } from "../secrets/secret-key.ts";
import { type Contradiction, relation } from "./relations.ts";

const keys = z.record(z.string(), z.looseObject({ type: z.string() }));

const settings = z.looseObject({
  provider: z.enum(["cluster", "external-secrets"]),
  store: z.unknown().optional(),
  aws: z.unknown().optional(),
  keys,
});

/** What the operator needs, and nothing of it without the operator. */
export const completeProvider = relation(settings, ({ provider, store, aws, keys }): Contradiction[] => {
  const isEmpty = Object.keys(keys).length === 0;
  if (provider === "cluster") {
    const stated = { store, aws, keys: isEmpty ? undefined : keys };
    return Object.entries(stated).flatMap(([key, value]) =>
      value === undefined ? [] : [withoutOperator(key)],
    );
  }
  return [
    ...(isEmpty ? [withoutKeys()] : []),
    ...((store === undefined) === (aws === undefined) ? [notOneStore(store !== undefined)] : []),
  ];
});

function withoutOperator(key: string): Contradiction {
  return {
    path: [key],
    got: "a value, although provider is cluster",
    allowed: "nothing: it belongs to provider external-secrets",
    fix: `remove ${key}, or set provider to external-secrets`,
  };
}

function withoutKeys(): Contradiction {
  return {
    path: ["keys"],
    got: "no keys, with provider external-secrets",
    allowed: "at least one Secret to make",
    fix: "state keys, or set provider to cluster",
  };
}

function notOneStore(areBoth: boolean): Contradiction {
  return {
    path: ["store"],
    got: areBoth ? "a store and aws" : "neither a store nor aws",
    allowed: "exactly one of store and aws, with provider external-secrets",
    fix: areBoth ? "remove one of them" : "name a store that exists, or state aws to have one made",
  };
}

const whole = z.looseObject({ secrets: z.looseObject({ keys }) });

/**
 * For the whole configuration: what refers to a Secret that is copied from a store must name what that has. One name
 * cannot be a copied Secret here and somebody else's there: the operator would overwrite the other one.
 */
export const copiedReferences = relation(whole, ({ secrets, ...rest }): Contradiction[] =>
  referencesIn(rest, []).flatMap(({ path, name, key }): Contradiction[] => {
    const type = secrets.keys[name]?.type;
    if (type === undefined) return [];
    const isPull = key === undefined;
    if (isPull !== (type === "image-pull")) {
      return [
        {
          path,
          got: `Secret ${name}, which secrets.keys makes with type ${type}`,
          allowed: isPull ? "a Secret of type image-pull" : "a Secret of type opaque",
          fix: `name another Secret, or set secrets.keys.${name}.type to ${isPull ? "image-pull" : "opaque"}`,
        },
      ];
    }
    if (isPull || key === SECRET_KEY) return [];
    return [
      {
        path: [...path, "key"],
        got: `${JSON.stringify(key)}, although secrets.keys makes this Secret`,
        allowed: `${SECRET_KEY}, the only key of a Secret that is copied from a store`,
        fix: `write ${SECRET_KEY}, or rename secrets.keys.${name} when an existing Secret is meant`,
      },
    ];
  }),
);

interface Reference {
  readonly path: readonly PropertyKey[];
  readonly name: string;
  /** None for those that nodes pull images with. */
  readonly key?: string;
}

function referencesIn(value: unknown, path: readonly PropertyKey[]): Reference[] {
  if (Array.isArray(value)) {
    if (path.at(-1) !== "imagePullSecrets")
      return value.flatMap((item, index) => referencesIn(item, [...path, index]));
    return value.flatMap((name: unknown, index) =>
      typeof name === "string" ? [{ path: [...path, index], name }] : [],
    );
  }
  if (typeof value !== "object" || value === null) return [];
  const { name, key, ...rest } = value as Record<string, unknown>;
  const isReference = typeof name === "string" && typeof key === "string" && Object.keys(rest).length === 0;
  if (isReference) return [{ path, name, key }];
  return Object.entries(value).flatMap(([step, child]) => referencesIn(child, [...path, step]));
}

const asked = z.looseObject({
  aws: z.looseObject({ secrets: z.array(z.string()) }).optional(),
  regions: z.array(
    z.looseObject({
      aws: z.looseObject({ region: z.string(), oidcProviderArn: z.unknown().optional() }).optional(),
    }),
  ),
  secrets: z.looseObject({
    aws: z.looseObject({ region: z.unknown().optional(), roleArn: z.unknown().optional() }).optional(),
  }),
});

/** What is not stated is taken from the stack's own part in AWS, which has to have it. */
export const secretsMayBeRead = relation(asked, ({ aws, regions, secrets }): Contradiction[] => {
  if (secrets.aws === undefined) return [];
  const { region, roleArn } = secrets.aws;
  const isPlaced = regions.every((each) => each.aws !== undefined);
  const hasRoles = regions.every((each) => each.aws?.oidcProviderArn !== undefined);
  const allowed = "a value, or aws.secrets with regions[].aws.oidcProviderArn in every region";
  return [
    ...(region !== undefined || isPlaced
      ? []
      : [{ path: ["secrets", "aws", "region"], got: "nothing", allowed, fix: "state the region" }]),
    ...(roleArn !== undefined || (hasRoles && aws !== undefined && aws.secrets.length > 0)
      ? []
      : [{ path: ["secrets", "aws", "roleArn"], got: "nothing", allowed, fix: "state the role" }]),
  ];
});

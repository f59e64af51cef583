import { ExternalSecret } from "@kubernetes-models/external-secrets/external-secrets.io/v1/ExternalSecret";
import { SecretStore } from "@kubernetes-models/external-secrets/external-secrets.io/v1/SecretStore";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { copiedReferences } from "../../components/config/secrets-relations.ts";
import { secretsSchema } from "../../components/config/secrets-schema.ts";
import { Secrets } from "../../components/secrets.ts";
import { only, record } from "./record-stack.ts";

type Settings = z.input<typeof secretsSchema>;

const STORE = { name: "vault" };
const AWS = { region: "eu-central-1", roleArn: "arn:aws:iam::123456789012:role/agents-secrets" };
const KEYS = {
  anthropic: { remoteKey: "prod/agents/anthropic", property: "apiKey" },
  pagerduty: { remoteKey: "prod/pagerduty" },
  registry: { remoteKey: "prod/registry", type: "image-pull" },
} as const;
const VAULT: Settings = { provider: "external-secrets", store: STORE, keys: KEYS };

async function build(settings: Settings) {
  const { aws, ...parsed } = secretsSchema.parse(settings);
  const args = {
    namespace: "ai-agents",
    settings: { ...parsed, ...(aws === undefined ? {} : { aws: AWS }) },
  };
  const { resources, result } = await record(() => new Secrets("secrets", args));
  const children = resources.filter(({ type }) => type !== "claude-agents:store:Secrets");
  const externalOf = (name: string) =>
    only(children, "kubernetes:external-secrets.io/v1:ExternalSecret", `secrets-${name}`).inputs;
  return { children, names: children.map(({ name }) => name).sort(), result, externalOf };
}

test("with provider cluster nothing is made: the Secrets that are named exist", async () => {
  const { names, result } = await build({});
  expect([names, result.references]).toEqual([[], {}]);
});

describe("Secrets that are copied from a store", () => {
  test("are those that are named and no others", async () => {
    expect((await build(VAULT)).names).toEqual([
      "secrets-anthropic",
      "secrets-pagerduty",
      "secrets-registry",
    ]);
  });

  test("take one value from the store that exists, again every five minutes, and outlive it there", async () => {
    const { externalOf } = await build(VAULT);
    expect(externalOf("anthropic")).toMatchObject({
      metadata: { name: "anthropic", namespace: "ai-agents" },
      spec: {
        refreshInterval: "5m",
        secretStoreRef: { kind: "ClusterSecretStore", name: "vault" },
        target: { name: "anthropic", creationPolicy: "Owner", deletionPolicy: "Retain" },
        data: [{ secretKey: "value", remoteRef: { key: "prod/agents/anthropic", property: "apiKey" } }],
      },
    });
  });

  test("take the whole of a remote secret where no property is named", async () => {
    const { externalOf } = await build(VAULT);
    expect(externalOf("pagerduty").spec.data).toEqual([
      { secretKey: "value", remoteRef: { key: "prod/pagerduty" } },
    ]);
    expect(externalOf("pagerduty").spec.target).not.toHaveProperty("template");
  });

  test("are in the form that nodes pull images with where that is said", async () => {
    const { externalOf } = await build(VAULT);
    expect(externalOf("registry").spec.target.template).toEqual({
      engineVersion: "v2",
      type: "kubernetes.io/dockerconfigjson",
      data: { ".dockerconfigjson": "{{ .value | toString }}" },
    });
  });

  test("are referred to by name and key, but for those of the nodes", async () => {
    expect((await build(VAULT)).result.references).toEqual({
      anthropic: { name: "anthropic", key: "value" },
      pagerduty: { name: "pagerduty", key: "value" },
    });
  });
});

describe("a store for the Secrets Manager of AWS", () => {
  const SETTINGS: Settings = { provider: "external-secrets", aws: AWS, keys: { anthropic: KEYS.anthropic } };

  test("is made with a service account that takes on the role; no key is stored", async () => {
    const { children, names } = await build(SETTINGS);
    expect(names).toEqual(["secrets-account", "secrets-anthropic", "secrets-store"]);
    expect(only(children, "kubernetes:core/v1:ServiceAccount", "secrets-account").inputs).toMatchObject({
      metadata: { name: "claude-agent-secrets", annotations: { "eks.amazonaws.com/role-arn": AWS.roleArn } },
      automountServiceAccountToken: false,
    });
    expect(
      only(children, "kubernetes:external-secrets.io/v1:SecretStore", "secrets-store").inputs.spec,
    ).toEqual({
      provider: {
        aws: {
          service: "SecretsManager",
          region: "eu-central-1",
          auth: { jwt: { serviceAccountRef: { name: "claude-agent-secrets" } } },
        },
      },
    });
  });

  test("is what the copied Secrets come from", async () => {
    expect((await build(SETTINGS)).externalOf("anthropic").spec.secretStoreRef).toEqual({
      kind: "SecretStore",
      name: "claude-agent-secrets",
    });
  });
});

test("fault 9: no value of a secret passes through: there is no Secret and no ConfigMap among the objects", async () => {
  const { children } = await build({ ...VAULT });
  const kinds = new Set(children.map(({ type }) => type));
  expect(kinds).toEqual(new Set(["kubernetes:external-secrets.io/v1:ExternalSecret"]));
});

test("every object is valid by the published models", async () => {
  const { children } = await build({ provider: "external-secrets", aws: AWS, keys: KEYS });
  const models = { ExternalSecret, SecretStore };
  const known = children.filter(({ inputs }) => inputs.kind in models);
  for (const { inputs } of known) new models[inputs.kind as keyof typeof models](inputs).validate();
  expect(known).toHaveLength(4);
  const spec = { provider: { aws: { region: "eu-central-1", service: "Unknown" as "SecretsManager" } } };
  expect(() => new SecretStore({ metadata: { name: "x" }, spec }).validate()).toThrow();
});

describe("the configuration", () => {
  const paths = (schema: z.ZodType, value: unknown) =>
    (schema.safeParse(value).error?.issues ?? []).map((issue) => issue.path.join("."));

  test("may say nothing", () => {
    expect(secretsSchema.parse({})).toEqual({ provider: "cluster", refreshInterval: "5m", keys: {} });
  });

  test.each([
    ["a store without the operator", { store: STORE }, ["store"]],
    ["keys without the operator", { keys: KEYS }, ["keys"]],
    ["the operator without keys", { provider: "external-secrets", store: STORE }, ["keys"]],
    ["the operator without a store", { provider: "external-secrets", keys: KEYS }, ["store"]],
    ["two stores", { ...VAULT, aws: AWS }, ["store"]],
    [
      "a name of the platform's own",
      { ...VAULT, keys: { "claude-agent-x": KEYS.pagerduty } },
      ["keys.claude-agent-x"],
    ],
    ["a template as a key", { ...VAULT, keys: { x: { remoteKey: "{{ .x }}" } } }, ["keys.x.remoteKey"]],
    [
      "a role that is none",
      { ...VAULT, store: undefined, aws: { ...AWS, roleArn: "admin" } },
      ["aws.roleArn"],
    ],
    ["no interval", { ...VAULT, refreshInterval: "0s" }, ["refreshInterval"]],
  ])("refuses %s", (_, settings, expected) => {
    expect(paths(secretsSchema, settings)).toEqual(expect.arrayContaining(expected));
  });

  const stack = z.looseObject({ secrets: secretsSchema }).check(copiedReferences);

  test("takes references to copied Secrets by their only key, and to existing ones by any", () => {
    const settings = {
      secrets: VAULT,
      imagePullSecrets: ["registry", "another"],
      upstream: { apiKeySecret: { name: "anthropic", key: "value" } },
      valkey: { external: { urlSecret: { name: "elasticache", key: "url" } } },
    };
    expect(paths(stack, settings)).toEqual([]);
  });

  test("refuses a name that is meant to be a copied and an existing Secret", () => {
    const upstream = { apiKeySecret: { name: "anthropic", key: "api-key" } };
    expect(paths(stack, { secrets: VAULT, upstream })).toEqual(["upstream.apiKeySecret.key"]);
  });

  test("refuses a Secret of the nodes as a value, and a value as a Secret of the nodes", () => {
    const upstream = { apiKeySecret: { name: "registry", key: "value" } };
    expect(paths(stack, { secrets: VAULT, upstream, imagePullSecrets: ["anthropic"] })).toEqual([
      "upstream.apiKeySecret",
      "imagePullSecrets.0",
    ]);
  });
});

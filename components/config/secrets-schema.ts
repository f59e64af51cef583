import { z } from "zod";
import { APP } from "../../agent-runtime/src/contract.ts";
import { SECRET_KEY } from "../secrets/secret-key.ts";
import { label, objectName } from "./fields.ts";
import { completeProvider } from "./secrets-relations.ts";

const SECRETS_DEFAULTS = { refreshInterval: "5m" } as const;

const store = z.strictObject({
  kind: z
    .enum(["SecretStore", "ClusterSecretStore"])
    .default("ClusterSecretStore")
    .describe("SecretStore is one of namespace ai-agents, ClusterSecretStore one of the whole cluster"),
  name: objectName.describe("Name of the store, which exists in every region"),
});

const aws = z.strictObject({
  region: z
    .string()
    .max(32)
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/)
    .meta({ allowed: "a region of AWS such as eu-central-1" })
    .exactOptional()
    .describe(
      "Region of AWS whose Secrets Manager is asked; that of each region of the stack when not stated",
    ),
  roleArn: z
    .string()
    .max(512)
    .regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/)
    .meta({ allowed: "an ARN such as arn:aws:iam::123456789012:role/agents-secrets" })
    .exactOptional()
    .describe(
      "IAM role that may read these secrets and trusts service account claude-agent-secrets; the one that the stack makes for each region when not stated (aws.secrets)",
    ),
});

const remoteKey = z.strictObject({
  remoteKey: z
    .string()
    .max(512)
    .regex(/^[A-Za-z0-9/_+=.@:-]+$/)
    .meta({ allowed: "the name of a secret in the store, such as prod/agents/anthropic" })
    .describe("Name of the secret in the store"),
  property: z
    .string()
    .max(253)
    .regex(/^[A-Za-z0-9._-]+$/)
    .meta({ allowed: "a key of the JSON in that secret" })
    .exactOptional()
    .describe("Key within the secret, where it holds JSON; the whole secret when not stated"),
  type: z
    .enum(["opaque", "image-pull"])
    .default("opaque")
    .describe(
      "image-pull makes a Secret that nodes pull images with, from the JSON of a Docker configuration",
    ),
});

/** Not one that the platform may give to a Secret of its own. */
const secretName = label(63)
  .refine((name) => !name.startsWith(`${APP}-`))
  .meta({
    allowed: `1 to 63 lower-case letters, digits and dashes, starting with a letter, ending with a letter or digit, and not with ${APP}- in front`,
  });

/** Where the values of existing Secrets come from. */
export const secretsSchema = z
  .strictObject({
    provider: z
      .enum(["cluster", "external-secrets"])
      .default("cluster")
      .describe(
        "cluster: somebody makes the Secrets that this configuration names; external-secrets: the External Secrets Operator copies them from a store",
      ),
    store: store.exactOptional().describe("With external-secrets: the store that exists; or else aws"),
    aws: aws
      .exactOptional()
      .describe(
        "With external-secrets: makes a store for the Secrets Manager of AWS, without any stored key",
      ),
    refreshInterval: z
      .string()
      .regex(/^([1-9]\d{0,3})(s|m|h)$/)
      .meta({ allowed: "a duration such as 30s, 5m or 1h" })
      .default(SECRETS_DEFAULTS.refreshInterval)
      .describe(
        "How often the store is asked for changes; that of the API's key reaches the pods without a restart",
      ),
    keys: z
      .record(secretName, remoteKey)
      .default({})
      .describe(
        `Secrets to make in namespace ai-agents, by name; each has its value under key ${SECRET_KEY}, and other settings refer to it so`,
      ),
  })
  .check(completeProvider);

/** The configuration of secrets with every default filled in. */
export type SecretsConfig = z.output<typeof secretsSchema>;

import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { APP } from "../agent-runtime/src/contract.ts";
import type { SecretReference } from "./agent-pod.ts";
import type { SecretsConfig } from "./config/secrets-schema.ts";
import { awsStoreSpec, EXTERNAL_SECRETS_API, externalSecretSpec } from "./secrets/external-secret.ts";
import { SECRET_KEY } from "./secrets/secret-key.ts";

export interface SecretsArgs {
  /** Namespace of the platform, which has to be there before. */
  readonly namespace: pulumi.Input<string>;
  /** Which Secrets there are and where their values come from: the key `secrets` of the stack. */
  readonly settings: SecretsSettings;
}

/** The configuration, with what AWS has to know about one region. */
export type SecretsSettings = Omit<SecretsConfig, "aws"> & {
  readonly aws?: { readonly region: string; readonly roleArn: pulumi.Input<string> };
};

/** Name of the store that is made here, and of the service account whose role it takes on. */
const STORE = `${APP}-secrets`;

/**
 * Secrets whose values the External Secrets Operator copies from a store. With provider `cluster` there are none: somebody
 * else makes those that the configuration names. No value passes through this program either way.
 */
export class Secrets extends pulumi.ComponentResource {
  /** Where the value of each Secret is, by name; those that nodes pull images with are left out. */
  readonly references: Readonly<Record<string, SecretReference>>;

  constructor(name: string, args: SecretsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("claude-agents:store:Secrets", name, {}, opts);
    const { namespace, settings } = args;
    const keys = settings.provider === "cluster" ? [] : Object.entries(settings.keys);

    const store = this.#addStore(name, args);
    for (const [secretName, key] of keys) {
      new k8s.apiextensions.CustomResource(
        `${name}-${secretName}`,
        {
          apiVersion: EXTERNAL_SECRETS_API,
          kind: "ExternalSecret",
          metadata: { name: secretName, namespace, labels: LABELS },
          spec: externalSecretSpec(secretName, key, storeReference(settings), settings.refreshInterval),
        },
        { parent: this, dependsOn: store },
      );
    }

    const values = keys.filter(([, { type }]) => type === "opaque");
    this.references = Object.fromEntries(
      values.map(([secretName]) => [secretName, { name: secretName, key: SECRET_KEY }]),
    );
    this.registerOutputs({ references: this.references });
  }

  #addStore(name: string, { namespace, settings }: SecretsArgs): pulumi.Resource[] {
    const { provider, aws } = settings;
    if (provider === "cluster" || aws === undefined) return [];
    const metadata = { name: STORE, namespace, labels: LABELS };
    const account = new k8s.core.v1.ServiceAccount(
      `${name}-account`,
      {
        metadata: { ...metadata, annotations: { "eks.amazonaws.com/role-arn": aws.roleArn } },
        automountServiceAccountToken: false,
      },
      { parent: this },
    );
    return [
      new k8s.apiextensions.CustomResource(
        `${name}-store`,
        {
          apiVersion: EXTERNAL_SECRETS_API,
          kind: "SecretStore",
          metadata,
          spec: awsStoreSpec(aws.region, STORE),
        },
        { parent: this, dependsOn: account },
      ),
    ];
  }
}

const LABELS = {
  "app.kubernetes.io/name": STORE,
  "app.kubernetes.io/component": "secrets",
  "app.kubernetes.io/part-of": "claude-agents",
  "app.kubernetes.io/managed-by": "pulumi",
};

function storeReference({ store, aws }: SecretsSettings) {
  if (aws !== undefined || store === undefined) return { kind: "SecretStore", name: STORE } as const;
  return store;
}

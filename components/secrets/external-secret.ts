import type { IExternalSecretSpec } from "@kubernetes-models/external-secrets/external-secrets.io/v1/ExternalSecretSpec";
import type { ISecretStoreSpec } from "@kubernetes-models/external-secrets/external-secrets.io/v1/SecretStoreSpec";
import type { SecretsConfig } from "../config/secrets-schema.ts";
import { SECRET_KEY } from "./secret-key.ts";

type RemoteKey = SecretsConfig["keys"][string];
type StoreReference = NonNullable<IExternalSecretSpec["secretStoreRef"]>;

/** The version that External Secrets serves since 0.16. */
export const EXTERNAL_SECRETS_API = "external-secrets.io/v1";

const IMAGE_PULL_TYPE = "kubernetes.io/dockerconfigjson";
const IMAGE_PULL_KEY = ".dockerconfigjson";

/** The Secret that is copied from a store. It stays when the store no longer has it: running pods are not to lose it. */
export function externalSecretSpec(
  name: string,
  { remoteKey, property, type }: RemoteKey,
  store: StoreReference,
  refreshInterval: string,
): IExternalSecretSpec {
  const template = {
    engineVersion: "v2" as const,
    type: IMAGE_PULL_TYPE,
    data: { [IMAGE_PULL_KEY]: `{{ .${SECRET_KEY} | toString }}` },
  };
  return {
    refreshInterval,
    secretStoreRef: store,
    target: {
      name,
      creationPolicy: "Owner",
      deletionPolicy: "Retain",
      ...(type === "image-pull" ? { template } : {}),
    },
    data: [
      {
        secretKey: SECRET_KEY,
        remoteRef: { key: remoteKey, ...(property === undefined ? {} : { property }) },
      },
    ],
  };
}

/** The Secrets Manager of AWS, asked with the role of a service account: no key is stored anywhere. */
export function awsStoreSpec(region: string, serviceAccount: string): ISecretStoreSpec {
  return {
    provider: {
      aws: {
        service: "SecretsManager",
        region,
        auth: { jwt: { serviceAccountRef: { name: serviceAccount } } },
      },
    },
  };
}

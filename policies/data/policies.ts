import type { PolicyGroup } from "../pack/policy.ts";
import { bucketDisallowPublicAcl } from "./bucket-disallow-public-acl.ts";
import { bucketRequireEncryption } from "./bucket-require-encryption.ts";
import { bucketRequireLifecycle } from "./bucket-require-lifecycle.ts";
import { bucketRequireObjectLock } from "./bucket-require-object-lock.ts";
import { bucketRequirePublicAccessBlock } from "./bucket-require-public-access-block.ts";
import { bucketRequireTls } from "./bucket-require-tls.ts";
import { bucketRequireVersioning } from "./bucket-require-versioning.ts";
import { iamDisallowBroadAttachments } from "./iam-disallow-broad-attachments.ts";
import { iamDisallowOpenTrust } from "./iam-disallow-open-trust.ts";
import { iamDisallowWildcards } from "./iam-disallow-wildcards.ts";
import { keyRequireRotation } from "./key-require-rotation.ts";
import { manifestDisallowSecretLiterals } from "./manifest-disallow-secret-literals.ts";
import { persistentVolumeClaimLimitSize } from "./persistent-volume-claim-limit-size.ts";
import { postgresRequireBackups } from "./postgres-require-backups.ts";
import { postgresRequireInstances } from "./postgres-require-instances.ts";
import { postgresRequireTls } from "./postgres-require-tls.ts";
import { secretRequireCustomerKey } from "./secret-require-customer-key.ts";
import { statefulSetRequireVolumeRetention } from "./stateful-set-require-volume-retention.ts";
import { topicRequireEncryption } from "./topic-require-encryption.ts";
import { valkeyLimitMemory } from "./valkey-limit-memory.ts";
import { valkeyRequireAuthentication } from "./valkey-require-authentication.ts";
import { valkeyRequireNoEviction } from "./valkey-require-no-eviction.ts";
import { valkeyRequirePersistence } from "./valkey-require-persistence.ts";

export const DATA: PolicyGroup = {
  title: "Secrets and data",
  folder: "data",
  policies: [
    bucketDisallowPublicAcl,
    bucketRequireEncryption,
    bucketRequireLifecycle,
    bucketRequireObjectLock,
    bucketRequirePublicAccessBlock,
    bucketRequireTls,
    bucketRequireVersioning,
    iamDisallowBroadAttachments,
    iamDisallowOpenTrust,
    iamDisallowWildcards,
    keyRequireRotation,
    manifestDisallowSecretLiterals,
    persistentVolumeClaimLimitSize,
    postgresRequireBackups,
    postgresRequireInstances,
    postgresRequireTls,
    secretRequireCustomerKey,
    statefulSetRequireVolumeRetention,
    topicRequireEncryption,
    valkeyLimitMemory,
    valkeyRequireAuthentication,
    valkeyRequireNoEviction,
    valkeyRequirePersistence,
  ],
};

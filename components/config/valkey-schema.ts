import { z } from "zod";
import { DEFAULTS } from "../defaults.ts";
import { spread } from "./coordinator-schema.ts";
import {
  cidr,
  imageReference,
  memory,
  objectName,
  resourceFields,
  secretReference,
  valkeyPods,
} from "./fields.ts";
import { majorityQuorum, oddReplicas, replicasToConfirm, requestsWithinLimits } from "./relations.ts";

const EXPORTER_DEFAULTS = {
  image:
    "oliver006/redis_exporter:v1.89.0@sha256:fed773ffd2bb2eac706e0ed9cc2fff41651193ee4977e2a4f6919658ad2313f4",
  requests: { cpu: "10m", memory: "32Mi" },
  limits: { cpu: "100m", memory: "64Mi" },
} as const;

const sentinel = z
  .strictObject(resourceFields(DEFAULTS.valkey.sentinel))
  .check(...requestsWithinLimits)
  .describe("Resources of the Sentinel beside each Valkey");

const exporter = z
  .strictObject({
    enabled: z.boolean().default(true).describe("Whether metrics are told, on port 9121 of each pod"),
    image: imageReference.default(EXPORTER_DEFAULTS.image).describe("Image of redis_exporter 1.46 or newer"),
    ...resourceFields(EXPORTER_DEFAULTS),
  })
  .check(...requestsWithinLimits)
  .describe("Exporter of metrics beside each Valkey");

const tls = z
  .strictObject({
    secretName: objectName.describe(
      "Existing Secret in namespace ai-agents of every region with tls.crt, tls.key and ca.crt, for the names *.claude-agent-valkey.ai-agents.svc.cluster.local and claude-agent-valkey.ai-agents.svc.cluster.local",
    ),
  })
  .describe(
    "Encrypts all that goes to, from and between the pods of the store; not stated: the network is trusted. Before a change scale the set to 0",
  );

const externalStore = z.strictObject({
  urlSecret: secretReference.describe(
    "Existing Secret that holds the redis://, rediss:// or redis+sentinel:// URL",
  ),
  cidrs: z.array(cidr).min(1).max(50).describe("Address ranges of the store, opened for the coordinator"),
  ports: z.array(z.int().min(1).max(65535)).min(1).max(10).default([6379]).describe("TCP ports of the store"),
});

/** The store: an existing one, or what is made. */
export const valkeySchema = z
  .strictObject({
    external: externalStore
      .exactOptional()
      .describe("Use this store instead of making one; the other keys of valkey then have no effect"),
    image: imageReference
      .default(DEFAULTS.images.valkey)
      .describe("Image with valkey or redis, server and cli"),
    replicas: valkeyPods
      .default(DEFAULTS.valkey.replicas)
      .describe(
        "Pods, each a Valkey and a Sentinel; an odd number, so that one side of a cut has a majority",
      ),
    quorum: z
      .int()
      .min(2)
      .max(7)
      .exactOptional()
      .describe("Sentinels that must agree; a majority when not stated"),
    minReplicasToWrite: z
      .int()
      .min(0)
      .max(6)
      .default(DEFAULTS.valkey.minReplicasToWrite)
      .describe("Replicas that must be in contact for the master to take writes"),
    storage: memory.default(DEFAULTS.valkey.storage).describe("Size of each volume"),
    storageClass: objectName
      .exactOptional()
      .describe("Storage class of the volumes; the cluster's default when not stated"),
    ...resourceFields(DEFAULTS.valkey),
    sentinel: sentinel.prefault({}),
    exporter: exporter.prefault({}),
    tls: tls.exactOptional(),
    spread: spread.default("hard"),
  })
  .check(oddReplicas, majorityQuorum, replicasToConfirm, ...requestsWithinLimits);

import { z } from "zod";

/** The parts of a Deployment that decide what its container's process sees, as the API server returns them. */
const keyRef = z.object({ name: z.string(), key: z.string(), optional: z.boolean().optional() });
const sourceRef = z.object({ name: z.string(), optional: z.boolean().optional() });

const envVar = z.object({
  name: z.string(),
  value: z.string().optional(),
  valueFrom: z
    .object({
      configMapKeyRef: keyRef.optional(),
      secretKeyRef: keyRef.optional(),
      fieldRef: z.object({ fieldPath: z.string() }).optional(),
      resourceFieldRef: z.unknown().optional(),
      fileKeyRef: z.unknown().optional(),
    })
    .optional(),
});

const envFrom = z.object({
  prefix: z.string().optional(),
  configMapRef: sourceRef.optional(),
  secretRef: sourceRef.optional(),
});

const volumeItems = z.array(z.object({ key: z.string(), path: z.string() })).optional();

const volume = z.object({
  name: z.string(),
  configMap: z.object({ name: z.string(), optional: z.boolean().optional(), items: volumeItems }).optional(),
  secret: z
    .object({ secretName: z.string(), optional: z.boolean().optional(), items: volumeItems })
    .optional(),
});

const container = z.object({
  name: z.string(),
  env: z.array(envVar).default([]),
  envFrom: z.array(envFrom).default([]),
  volumeMounts: z
    .array(z.object({ name: z.string(), mountPath: z.string(), subPath: z.string().optional() }))
    .default([]),
});

const podSpec = z.object({
  serviceAccountName: z.string().optional(),
  terminationGracePeriodSeconds: z.number().optional(),
  containers: z.array(container).min(1),
  volumes: z.array(volume).default([]),
});

/** A Deployment, read for its pod template. */
export const deploymentSchema = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string() }),
  spec: z.object({
    template: z.object({
      metadata: z.object({
        labels: z.record(z.string(), z.string()).default({}),
        annotations: z.record(z.string(), z.string()).default({}),
      }),
      spec: podSpec,
    }),
  }),
});

export type EnvVar = z.infer<typeof envVar>;
export type EnvFrom = z.infer<typeof envFrom>;
export type Volume = z.infer<typeof volume>;
export type PodContainer = z.infer<typeof container>;
export type PodSpec = z.infer<typeof podSpec>;
export type DeploymentTemplate = z.infer<typeof deploymentSchema>["spec"]["template"];

/** What a container can take values from: ConfigMaps and Secrets by name, decoded. */
export interface ConfigSources {
  configMaps: ReadonlyMap<string, Readonly<Record<string, string>>>;
  secrets: ReadonlyMap<string, Readonly<Record<string, string>>>;
}

import type { Sample } from "./admission-samples.ts";

/** Keys of the API server's schemas that Pod Security has no check of, and so the corpus no row. */
const WITHOUT_CHECK: Readonly<Record<string, readonly string[]>> = {
  PodSpec: [
    ...["activeDeadlineSeconds", "affinity", "dnsConfig", "dnsPolicy", "enableServiceLinks", "hostAliases"],
    ...["hostname", "hostnameOverride", "imagePullSecrets", "nodeName", "nodeSelector", "overhead"],
    ...["preemptionPolicy", "priority", "priorityClassName", "readinessGates", "resourceClaims", "resources"],
    ...["restartPolicy", "runtimeClassName", "schedulerName", "schedulingGates", "serviceAccount"],
    ...["serviceAccountName", "setHostnameAsFQDN", "subdomain", "terminationGracePeriodSeconds"],
    ...["tolerations", "topologySpreadConstraints", "workloadRef"],
  ],
  Container: [
    ...["args", "command", "env", "envFrom", "imagePullPolicy", "resizePolicy", "resources"],
    ...["restartPolicyRules", "stdin", "stdinOnce", "terminationMessagePath", "terminationMessagePolicy"],
    ...["tty", "volumeDevices", "volumeMounts", "workingDir"],
  ],
  // The name is at every volume.
  Volume: [],
  PodSecurityContext: [],
  SecurityContext: [],
};

type Schemas = Readonly<Record<string, { readonly properties?: object } | undefined>>;

/** What is not as it should be: keys that the API server has and nobody looked at, and keys listed here for nothing. */
export function gapsIn(schemas: Schemas, samples: readonly Sample[]): string[] {
  const used = keysIn(samples);
  return Object.entries(WITHOUT_CHECK).flatMap(([schema, ignored]) => {
    const known = Object.keys(schemas[`io.k8s.api.core.v1.${schema}`]?.properties ?? {});
    const covered = [...(used[schema] ?? []), ...ignored];
    return [
      ...(known.length === 0 ? [`the API server has no schema ${schema}`] : []),
      ...known.filter((key) => !covered.includes(key)).map((key) => `${schema}.${key} is not looked at`),
      ...ignored
        .filter((key) => !known.includes(key) || used[schema]?.has(key))
        .map((key) => `${schema}.${key} is listed for nothing`),
    ];
  });
}

/** The keys that the samples use, by the schema of the object in which they stand. */
function keysIn(samples: readonly Sample[]): Readonly<Record<string, ReadonlySet<string>>> {
  const specs = samples.map(({ pod }) => pod.spec);
  const containers = specs.flatMap((spec) =>
    ["containers", "initContainers", "ephemeralContainers"].flatMap((list) => objectsIn(spec[list])),
  );
  return {
    PodSpec: keysOf(specs),
    PodSecurityContext: keysOf(specs.flatMap(({ securityContext }) => objectsIn([securityContext]))),
    Volume: keysOf(specs.flatMap(({ volumes }) => objectsIn(volumes))),
    Container: keysOf(containers),
    SecurityContext: keysOf(containers.flatMap(({ securityContext }) => objectsIn([securityContext]))),
  };
}

type JsonObject = Readonly<Record<string, unknown>>;

function keysOf(objects: readonly JsonObject[]): Set<string> {
  return new Set(objects.flatMap(Object.keys));
}

function objectsIn(list: unknown): JsonObject[] {
  const items: readonly unknown[] = Array.isArray(list) ? list : [];
  return items.filter((item): item is JsonObject => typeof item === "object" && item !== null);
}

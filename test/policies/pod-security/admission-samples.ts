export type PodManifest = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: object;
  readonly spec: Readonly<Record<string, unknown>>;
};

/** A pod as it is sent to the API server and shown to the policies. */
export interface Sample {
  /** What is special about it, the same at every place. */
  readonly row: string;
  /** `pod`, or in which list the container with it stands. */
  readonly place: Place;
  readonly pod: PodManifest;
}

/** Ephemeral containers join a pod that runs already; sidecars are init containers that stay. */
export type Place = "pod" | "containers" | "initContainers" | "sidecar" | "ephemeralContainers";
export type Row = readonly [what: string, changes: object];

export const CONTAINER_PLACES: readonly Place[] = [
  "containers",
  "initContainers",
  "sidecar",
  "ephemeralContainers",
];
export const DEFAULT = { type: "RuntimeDefault" };
export const UNCONFINED = { type: "Unconfined" };

/** A container and a pod that keep the restricted standard; rows replace what they name. */
export const CONTAINER_CONTEXT = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };
export const POD_CONTEXT = { runAsNonRoot: true, seccompProfile: DEFAULT };
export const MAIN = { name: "main", image: "registry.example.com/agent", securityContext: CONTAINER_CONTEXT };

export const containerWith = (context: object) => ({ securityContext: { ...CONTAINER_CONTEXT, ...context } });
export const podWith = (context: object) => ({ securityContext: { ...POD_CONTEXT, ...context } });

/** A pod that keeps the standard, with these keys of its spec replaced. */
export function podOf(spec: object, annotations: object = {}): PodManifest {
  const metadata = { name: "subject", annotations };
  const whole = {
    automountServiceAccountToken: false,
    securityContext: POD_CONTEXT,
    containers: [MAIN],
    ...spec,
  };
  // What is undefined in a row is missing in JSON.
  return JSON.parse(JSON.stringify({ apiVersion: "v1", kind: "Pod", metadata, spec: whole }));
}

/** What is changed, where it stands. */
export function placed(place: Place, changes: object): object {
  const changed = { ...MAIN, name: "changed", ...changes };
  switch (place) {
    case "pod":
      return changes;
    case "containers":
      return { containers: [MAIN, changed] };
    case "sidecar":
      return { initContainers: [{ ...changed, restartPolicy: "Always" }] };
    case "initContainers":
    case "ephemeralContainers":
      return { [place]: [changed] };
  }
}

/** Each row at each of the places. */
export function samples(rows: readonly Row[], places: readonly Place[]): Sample[] {
  return rows.flatMap(([row, changes]) =>
    places.map((place) => ({ row, place, pod: podOf(placed(place, changes)) })),
  );
}

/** Values of one key of the security context, named `key: value`. */
export function values(key: string, ...list: readonly unknown[]): [string, object][] {
  return list.map((value) => [
    `${key}: ${value === undefined ? "missing" : JSON.stringify(value)}`,
    { [key]: value },
  ]);
}

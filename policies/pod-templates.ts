import type { Field } from "./field.ts";
import type { Manifest } from "./manifest.ts";

/** The lists of a pod in which containers stand; sidecars are init containers with `restartPolicy: Always`. */
const CONTAINER_LISTS = ["containers", "initContainers", "ephemeralContainers"] as const;
type ContainerList = (typeof CONTAINER_LISTS)[number];

/** One container of a pod template. */
export interface Container {
  readonly list: ContainerList;
  /** `container "coordinator"`, for messages. */
  readonly label: string;
  readonly field: Field;
  /** The pod's spec, whose settings a container inherits. */
  readonly pod: Field;
}

const SPEC_TEMPLATE = ["spec", "template"];

/** Where each workload kind keeps its pod template; groups differ by age and vendor and do not matter here. */
const TEMPLATE_PATHS: ReadonlyMap<string, readonly string[]> = new Map([
  ["Pod", []],
  ["PodTemplate", ["template"]],
  ["ReplicationController", SPEC_TEMPLATE],
  ["ReplicaSet", SPEC_TEMPLATE],
  ["Deployment", SPEC_TEMPLATE],
  ["StatefulSet", SPEC_TEMPLATE],
  ["DaemonSet", SPEC_TEMPLATE],
  ["Job", SPEC_TEMPLATE],
  ["CronJob", ["spec", "jobTemplate", "spec", "template"]],
  ["Rollout", SPEC_TEMPLATE],
  ["ScaledJob", ["spec", "jobTargetRef", "template"]],
]);

/** Kinds of objects that carry a pod template. */
export const WORKLOAD_KINDS: readonly string[] = [...TEMPLATE_PATHS.keys()];

/** The pod template (an object with `metadata` and `spec`) of a workload; undefined for every other kind. */
export function podTemplateOf(manifest: Manifest): Field | undefined {
  const path = TEMPLATE_PATHS.get(manifest.kind);
  return path && manifest.root.at(...path);
}

/** Every container of a workload: regular, init and ephemeral ones; none for every other kind. */
export function containersOf(manifest: Manifest): Container[] {
  const pod = podTemplateOf(manifest)?.at("spec");
  if (pod === undefined) return [];
  return CONTAINER_LISTS.flatMap((list) =>
    pod
      .at(list)
      .items()
      .map((field) => ({ list, label: labelOf(list, field), field, pod })),
  );
}

const LABELS: Record<ContainerList, string> = {
  containers: "container",
  initContainers: "init container",
  ephemeralContainers: "ephemeral container",
};

function labelOf(list: ContainerList, container: Field): string {
  return `${LABELS[list]} ${JSON.stringify(container.at("name").text ?? "(unnamed)")}`;
}

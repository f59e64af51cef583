import type { Field } from "./field.ts";
import type { Manifest } from "./manifest.ts";

/** The lists of a pod in which containers stand; sidecars are init containers with `restartPolicy: Always`. */
export const CONTAINER_LISTS = ["containers", "initContainers", "ephemeralContainers"] as const;
export type ContainerList = (typeof CONTAINER_LISTS)[number];

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

/** The pods that a workload makes. */
export interface PodTemplate {
  /** The workload, or the pod itself where it stands alone. */
  readonly manifest: Manifest;
  readonly metadata: Field;
  readonly spec: Field;
  readonly containers: readonly Container[];
}

/** The pod template of a workload, as a list of one; empty for every other kind. */
export function podOf(manifest: Manifest): PodTemplate[] {
  const template = podTemplateOf(manifest);
  if (template === undefined) return [];
  const containers = containersOf(manifest);
  return [{ manifest, metadata: template.at("metadata"), spec: template.at("spec"), containers }];
}

/**
 * Every container of a workload: regular, init and ephemeral ones; none for every other kind.
 * @param lists of which lists. Default: all three
 */
export function containersOf(
  manifest: Manifest,
  lists: readonly ContainerList[] = CONTAINER_LISTS,
): Container[] {
  const pod = podTemplateOf(manifest)?.at("spec");
  if (pod === undefined) return [];
  return lists.flatMap((list) =>
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

import type { Field } from "../manifests/field.ts";
import { podTemplateOf } from "../manifests/pod-templates.ts";
import type { Placed, Stack } from "../manifests/stack.ts";
import { violation } from "../pack/finding.ts";
import type { StackFinding } from "../pack/stack-policy.ts";
import { Autoscalers } from "../scaling/autoscalers.ts";
import { apiGroupOf } from "./api-group.ts";
import { maximumPods } from "./maximum-pods.ts";
import { podRequests, type Requests, requestsOf } from "./pod-requests.ts";
import { Quantities } from "./quantities.ts";

/** What a workload asks of a cluster when it runs as many pods as it may. */
export interface Demand {
  readonly placed: Placed;
  readonly pods: number;
  readonly cpuCores: number;
  readonly memoryGiB: number;
  readonly storageGiB: number;
}

/** What everything in a stack asks for, and what of it cannot be told. */
export interface StackDemand {
  readonly demands: readonly Demand[];
  /** Values that are not known yet, and values that are no quantities. */
  readonly findings: readonly StackFinding[];
}

/** What one pod or claim of an object asks for. */
interface Unit extends Requests {
  readonly storageBytes: number;
}

const GIB = 2 ** 30;

/**
 * What the workloads of a stack request at their highest number of pods, CloudNativePG's databases and claims included.
 * @param nodes pods of a DaemonSet
 */
export function stackDemand(stack: Stack, nodes: number): StackDemand {
  const autoscalers = new Autoscalers(stack);
  const found = stack.objects.flatMap((placed) => demandOf(placed, autoscalers, nodes));
  return {
    demands: found.map(({ demand }) => demand),
    findings: found.flatMap(({ findings }) => findings),
  };
}

function demandOf(placed: Placed, autoscalers: Autoscalers, nodes: number) {
  const quantities = new Quantities();
  const unit = unitOf(placed, quantities);
  if (unit === undefined) return [];
  const isClaim = placed.manifest.kind === CLAIM;
  const { count, findings } = isClaim ? { count: 1, findings: [] } : maximumPods(placed, autoscalers, nodes);
  const demand: Demand = {
    placed,
    pods: isClaim ? 0 : count,
    cpuCores: unit.cpuCores * count,
    memoryGiB: (unit.memoryBytes * count) / GIB,
    storageGiB: (unit.storageBytes * count) / GIB,
  };
  const own = quantities.findings.map((finding) => ({ placed, finding }));
  return [{ demand, findings: [...own, ...findings] }];
}

const CLAIM = "PersistentVolumeClaim";

/** Undefined for an object that makes neither pods nor volumes. */
function unitOf(placed: Placed, quantities: Quantities): Unit | undefined {
  const { kind } = placed.manifest;
  if (kind === "PodTemplate") return undefined;
  if (kind === CLAIM) {
    const storage = placed.manifest.root.at("spec", "resources", "requests", "storage");
    return { cpuCores: 0, memoryBytes: 0, storageBytes: quantities.read(storage) };
  }
  if (kind === "Cluster" && apiGroupOf(placed) === "postgresql.cnpg.io")
    return databaseUnit(placed, quantities);
  return podUnit(placed, quantities);
}

/** CloudNativePG: every instance is a pod with volumes of its own. */
function databaseUnit({ manifest }: Placed, quantities: Quantities): Unit {
  const spec = manifest.root.at("spec");
  const tablespaces = spec.at("tablespaces").items();
  const sizes = [spec, ...tablespaces].map((volume) => volume.at("storage", "size"));
  const volumes = [...sizes, spec.at("walStorage", "size")];
  return { ...requestsOf(spec.at("resources"), quantities), storageBytes: sum(volumes, quantities) };
}

function podUnit({ manifest }: Placed, quantities: Quantities): Unit | undefined {
  const template = podTemplateOf(manifest);
  if (template === undefined) return undefined;
  const reference = manifest.root.at("spec", "workloadRef");
  if (!quantities.isOpen(reference) && !reference.missing) {
    const reason = "its pods are made from the template of another object, so nothing can be added up.";
    quantities.findings.push(violation(reference, reason, "Write the pod template into the Rollout."));
  }
  const claims = manifest.root.at("spec", "volumeClaimTemplates").items();
  const volumes = template.at("spec", "volumes").items();
  const specs = [
    ...claims.map((claim) => claim.at("spec")),
    ...volumes.map((volume) => volume.at("ephemeral", "volumeClaimTemplate", "spec")),
  ];
  const sizes = specs.map((spec) => spec.at("resources", "requests", "storage"));
  return { ...podRequests(template.at("spec"), quantities), storageBytes: sum(sizes, quantities) };
}

function sum(sizes: readonly Field[], quantities: Quantities): number {
  return sizes.reduce((total, size) => total + quantities.read(size), 0);
}

import { z } from "zod";
import { annotation, groupKind, type LiveObject, memberAt } from "./kubernetes-object.ts";

/** Where an object stands on its way to being usable. `failed`: it will never get there by waiting. */
export type Readiness =
  | { readonly state: "ready" }
  | { readonly state: "waiting"; readonly reason: string }
  | { readonly state: "failed"; readonly reason: string };

const count = z.number().default(0);
const condition = z.object({
  type: z.string(),
  status: z.string(),
  reason: z.string().default(""),
  message: z.string().default(""),
});

/** What the rules look at, over all kinds. */
const observed = z.object({
  metadata: z.object({ generation: count }),
  spec: z
    .object({
      replicas: z.number().default(1),
      completions: z.number().default(1),
      suspend: z.boolean().default(false),
      type: z.string().optional(),
      updateStrategy: z
        .object({
          type: z.string().optional(),
          rollingUpdate: z.object({ partition: count }).default({ partition: 0 }),
        })
        .prefault({}),
    })
    .prefault({}),
  status: z
    .object({
      observedGeneration: count,
      replicas: count,
      readyReplicas: count,
      availableReplicas: count,
      updatedReplicas: count,
      desiredNumberScheduled: count,
      updatedNumberScheduled: count,
      numberAvailable: count,
      succeeded: count,
      phase: z.string().default("unknown"),
      message: z.string().optional(),
      loadBalancer: z.object({ ingress: z.array(z.unknown()).default([]) }).prefault({}),
      conditions: z.array(condition).default([]),
    })
    .prefault({}),
});

type Observed = z.infer<typeof observed>;
type Rule = (object: Observed) => Readiness;

const READY: Readiness = { state: "ready" };
const waiting = (reason: string): Readiness => ({ state: "waiting", reason });
const failed = (reason: string): Readiness => ({ state: "failed", reason });

/** Kinds that are not here are ready as soon as the API server has them. */
const RULES: { readonly [groupKind: string]: Rule } = {
  "apps/Deployment": deploymentReadiness,
  "apps/StatefulSet": statefulSetReadiness,
  "apps/DaemonSet": daemonSetReadiness,
  "batch/Job": jobReadiness,
  "/Pod": podReadiness,
  "/Service": serviceReadiness,
  "/Namespace": ({ status: { phase } }) => (phase === "Active" ? READY : waiting(`phase ${phase}`)),
  "apiextensions.k8s.io/CustomResourceDefinition": definitionReadiness,
  "apiregistration.k8s.io/APIService": apiServiceReadiness,
};

/**
 * Whether `object` is usable, by the rule of its kind. The annotation `pulumi.com/skipAwait: "true"` makes
 * any object ready at once, `pulumi.com/waitFor` puts a condition of the user in place of the rule.
 */
export function readiness(object: LiveObject): Readiness {
  if (annotation(object, "pulumi.com/skipAwait") === "true") return READY;
  const condition = annotation(object, "pulumi.com/waitFor");
  if (condition !== undefined) return waitForReadiness(object, condition);
  const rule = RULES[groupKind(object)];
  return rule ? rule(observed.parse(object)) : READY;
}

function deploymentReadiness(object: Observed): Readiness {
  const { spec, status } = object;
  if (isUnseen(object)) return waiting(UNSEEN);
  const failure = conditionOf(object, "ReplicaFailure");
  const cause = failure?.status === "True" ? `: ${failure.message}` : "";
  if (cause.includes("violates PodSecurity")) return failed(`its pods are refused${cause}`);
  const progress = conditionOf(object, "Progressing");
  if (progress?.reason === "ProgressDeadlineExceeded") return failed(progress.message + cause);
  if (status.updatedReplicas < spec.replicas) {
    return waiting(`${status.updatedReplicas} of ${spec.replicas} new pods made${cause}`);
  }
  if (status.replicas > status.updatedReplicas)
    return waiting(`${status.replicas - status.updatedReplicas} old pods left`);
  return atLeast(status.availableReplicas, spec.replicas, "pods available");
}

function statefulSetReadiness(object: Observed): Readiness {
  const { spec, status } = object;
  if (isUnseen(object)) return waiting(UNSEEN);
  if (spec.updateStrategy.type === "OnDelete") return READY;
  const ready = atLeast(status.readyReplicas, spec.replicas, "pods ready");
  const toUpdate = spec.replicas - spec.updateStrategy.rollingUpdate.partition;
  return ready.state === "ready" ? atLeast(status.updatedReplicas, toUpdate, "pods updated") : ready;
}

function daemonSetReadiness(object: Observed): Readiness {
  const { updatedNumberScheduled, numberAvailable, desiredNumberScheduled } = object.status;
  if (isUnseen(object)) return waiting(UNSEEN);
  return atLeast(
    Math.min(updatedNumberScheduled, numberAvailable),
    desiredNumberScheduled,
    "pods updated and available",
  );
}

function jobReadiness(object: Observed): Readiness {
  const { spec, status } = object;
  if (spec.suspend || conditionOf(object, "Complete")?.status === "True") return READY;
  const failure = conditionOf(object, "Failed");
  if (failure?.status === "True") return failed(`${failure.reason}: ${failure.message}`);
  return waiting(`${status.succeeded} of ${spec.completions} completions`);
}

function podReadiness(object: Observed): Readiness {
  const { phase, message } = object.status;
  if (phase === "Failed") return failed(message ?? "the pod failed");
  return phase === "Succeeded" || conditionOf(object, "Ready")?.status === "True"
    ? READY
    : waiting(`the pod is ${phase}`);
}

function serviceReadiness({ spec, status }: Observed): Readiness {
  const needsAddress = spec.type === "LoadBalancer" && status.loadBalancer.ingress.length === 0;
  return needsAddress ? waiting("no load balancer address yet") : READY;
}

function definitionReadiness(object: Observed): Readiness {
  const names = conditionOf(object, "NamesAccepted");
  if (names?.status === "False") return failed(names.message);
  return conditionOf(object, "Established")?.status === "True" ? READY : waiting("not established yet");
}

function apiServiceReadiness(object: Observed): Readiness {
  const available = conditionOf(object, "Available");
  return available?.status === "True" ? READY : waiting(available?.message || "not available yet");
}

const UNSEEN = "its controller has not seen it yet";

function isUnseen({ metadata, status }: Observed): boolean {
  return status.observedGeneration < metadata.generation;
}

function atLeast(got: number, wanted: number, what: string): Readiness {
  return got >= wanted ? READY : waiting(`${got} of ${wanted} ${what}`);
}

function conditionOf({ status }: Observed, type: string) {
  return status.conditions.find((candidate) => candidate.type === type);
}

/**
 * `condition=Ready`, `condition=Ready=False`, `jsonpath={.status.phase}` or
 * `jsonpath={.status.phase}=Healthy`.
 */
function waitForReadiness(object: LiveObject, text: string): Readiness {
  const [, form, subject = "", wanted] =
    /^(condition|jsonpath)=\{?\.?([^=}]+)\}?(?:=(.*))?$/.exec(text) ?? [];
  if (form === undefined) {
    return failed(
      `pulumi.com/waitFor is ${JSON.stringify(text)}; write "condition=Ready", "condition=Ready=True" or "jsonpath={.status.phase}=Healthy"`,
    );
  }
  const got =
    form === "condition"
      ? object.status?.conditions?.find(({ type }) => type === subject)?.status
      : memberAt(object, subject.split("."));
  const isReached =
    wanted === undefined && form === "jsonpath" ? got !== undefined : String(got) === (wanted ?? "True");
  return isReached ? READY : waiting(`${subject} is ${got ?? "unset"}`);
}

import { describe, expect, it } from "vitest";
import type { LiveObject } from "../../../../local/plugins/kubernetes/kubernetes-object.ts";
import { readiness } from "../../../../local/plugins/kubernetes/readiness.ts";
import type { PropertyMap } from "../../../../local/plugins/protocol/property-value.ts";

const GENERATION = 2;

/** An object that its controller has seen, unless `status` says otherwise. */
function object(kind: string, spec: PropertyMap, status: PropertyMap, annotations?: Record<string, string>) {
  const [apiVersion = "v1", name = kind] = kind.includes(" ") ? kind.split(" ") : ["v1", kind];
  const metadata = { name: "it", generation: GENERATION, ...(annotations ? { annotations } : {}) };
  return {
    apiVersion,
    kind: name,
    metadata,
    spec,
    status: { observedGeneration: GENERATION, ...status },
  } as LiveObject;
}

const condition = (type: string, status: string, reason = "", message = "") => ({
  type,
  status,
  reason,
  message,
});
const ready = { state: "ready" };
const waiting = (reason: string) => ({ state: "waiting", reason });
const failed = (reason: string) => ({ state: "failed", reason });

describe("a Deployment", () => {
  const rolledOut = { replicas: 2, updatedReplicas: 2, availableReplicas: 2 };
  const refused = condition(
    "ReplicaFailure",
    "True",
    "FailedCreate",
    'pods "x" is forbidden: violates PodSecurity "restricted"',
  );

  it.each([
    ["is ready when all its new pods are available", rolledOut, ready],
    [
      "waits for its controller",
      { ...rolledOut, observedGeneration: 1 },
      waiting("its controller has not seen it yet"),
    ],
    ["waits for new pods", { replicas: 2, updatedReplicas: 1 }, waiting("1 of 2 new pods made")],
    ["waits for old pods to go", { ...rolledOut, replicas: 3 }, waiting("1 old pods left")],
    [
      "waits for pods to be available",
      { ...rolledOut, availableReplicas: 0 },
      waiting("0 of 2 pods available"),
    ],
    [
      "fails when it made no progress in time",
      { conditions: [condition("Progressing", "False", "ProgressDeadlineExceeded", "timed out")] },
      failed("timed out"),
    ],
    [
      "fails when Pod Security refuses its pods",
      { conditions: [refused] },
      failed('its pods are refused: pods "x" is forbidden: violates PodSecurity "restricted"'),
    ],
    [
      "waits, and says why, when a quota holds its pods back",
      { conditions: [condition("ReplicaFailure", "True", "FailedCreate", "exceeded quota")] },
      waiting("0 of 2 new pods made: exceeded quota"),
    ],
  ])("%s", (_, status, expected) => {
    expect(readiness(object("apps/v1 Deployment", { replicas: 2 }, status))).toEqual(expected);
  });

  it("that wants no pods is ready without any", () => {
    expect(readiness(object("apps/v1 Deployment", { replicas: 0 }, {}))).toEqual(ready);
  });
});

describe("a StatefulSet", () => {
  it.each([
    ["is ready when its pods are ready and updated", {}, { readyReplicas: 3, updatedReplicas: 3 }, ready],
    [
      "waits for pods to be ready",
      {},
      { readyReplicas: 1, updatedReplicas: 3 },
      waiting("1 of 3 pods ready"),
    ],
    [
      "waits for pods to be updated",
      {},
      { readyReplicas: 3, updatedReplicas: 1 },
      waiting("1 of 3 pods updated"),
    ],
    [
      "does not wait for pods below the partition",
      { updateStrategy: { rollingUpdate: { partition: 2 } } },
      { readyReplicas: 3, updatedReplicas: 1 },
      ready,
    ],
    ["that updates on deletion is ready at once", { updateStrategy: { type: "OnDelete" } }, {}, ready],
  ])("%s", (_, spec, status, expected) => {
    expect(readiness(object("apps/v1 StatefulSet", { replicas: 3, ...spec }, status))).toEqual(expected);
  });
});

describe("a DaemonSet", () => {
  it.each([
    [
      "is ready when each node has an updated, available pod",
      { desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 2 },
      ready,
    ],
    [
      "waits for nodes whose pod is not available",
      { desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 1 },
      waiting("1 of 2 pods updated and available"),
    ],
  ])("%s", (_, status, expected) => {
    expect(readiness(object("apps/v1 DaemonSet", {}, status))).toEqual(expected);
  });
});

describe("a Job", () => {
  it.each([
    ["is ready when it is complete", {}, { conditions: [condition("Complete", "True")] }, ready],
    ["is ready when it is suspended", { suspend: true }, {}, ready],
    ["waits for completions", { completions: 3 }, { succeeded: 1 }, waiting("1 of 3 completions")],
    [
      "fails when it has failed",
      {},
      { conditions: [condition("Failed", "True", "BackoffLimitExceeded", "too many failures")] },
      failed("BackoffLimitExceeded: too many failures"),
    ],
  ])("%s", (_, spec, status, expected) => {
    expect(readiness(object("batch/v1 Job", spec, status))).toEqual(expected);
  });
});

describe("another kind", () => {
  it.each([
    ["a running pod that is ready", object("Pod", {}, { conditions: [condition("Ready", "True")] }), ready],
    ["a pod that has ended well", object("Pod", {}, { phase: "Succeeded" }), ready],
    ["a pending pod", object("Pod", {}, { phase: "Pending" }), waiting("the pod is Pending")],
    ["a failed pod", object("Pod", {}, { phase: "Failed", message: "evicted" }), failed("evicted")],
    ["a service inside the cluster", object("Service", { type: "ClusterIP" }, {}), ready],
    [
      "a service without its address",
      object("Service", { type: "LoadBalancer" }, {}),
      waiting("no load balancer address yet"),
    ],
    [
      "a service with its address",
      object("Service", { type: "LoadBalancer" }, { loadBalancer: { ingress: [{ ip: "10.0.0.1" }] } }),
      ready,
    ],
    ["an active namespace", object("Namespace", {}, { phase: "Active" }), ready],
    [
      "a namespace on its way out",
      object("Namespace", {}, { phase: "Terminating" }),
      waiting("phase Terminating"),
    ],
    [
      "an established definition",
      object(
        "apiextensions.k8s.io/v1 CustomResourceDefinition",
        {},
        { conditions: [condition("Established", "True")] },
      ),
      ready,
    ],
    [
      "a definition with a name that is taken",
      object(
        "apiextensions.k8s.io/v1 CustomResourceDefinition",
        {},
        {
          conditions: [condition("NamesAccepted", "False", "PluralConflict", "plural name conflict")],
        },
      ),
      failed("plural name conflict"),
    ],
    [
      "an API service that is not served yet",
      object(
        "apiregistration.k8s.io/v1 APIService",
        {},
        { conditions: [condition("Available", "False", "", "no endpoints")] },
      ),
      waiting("no endpoints"),
    ],
    ["a kind without a rule", object("networking.k8s.io/v1 NetworkPolicy", {}, {}), ready],
  ])("%s", (_, live, expected) => {
    expect(readiness(live)).toEqual(expected);
  });
});

describe("the annotation pulumi.com/waitFor", () => {
  const status = {
    phase: "Healthy",
    conditions: [condition("Ready", "True"), condition("Stalled", "False")],
  };

  it.each([
    ["condition=Ready", ready],
    ["condition=Stalled", waiting("Stalled is False")],
    ["condition=Stalled=False", ready],
    ["condition=Missing", waiting("Missing is unset")],
    ["jsonpath={.status.phase}", ready],
    ["jsonpath={.status.phase}=Healthy", ready],
    ["jsonpath={.status.phase}=Broken", waiting("status.phase is Healthy")],
    ["jsonpath={.status.nothing}", waiting("status.nothing is unset")],
  ])("%s", (waitFor, expected) => {
    expect(readiness(object("example.com/v1 Widget", {}, status, { "pulumi.com/waitFor": waitFor }))).toEqual(
      expected,
    );
  });

  it("says how it is written when it cannot be read", () => {
    expect(readiness(object("example.com/v1 Widget", {}, {}, { "pulumi.com/waitFor": "Ready" }))).toEqual(
      failed(
        'pulumi.com/waitFor is "Ready"; write "condition=Ready", "condition=Ready=True" or "jsonpath={.status.phase}=Healthy"',
      ),
    );
  });
});

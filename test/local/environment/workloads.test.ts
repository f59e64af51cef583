import { describe, expect, it } from "vitest";
import { NAMESPACE } from "../../../agent-runtime/src/contract.ts";
import { areReady, readWorkloads, waitForWorkloads } from "../../../local/environment/workloads.ts";
import { scriptedKubectl } from "./scripted-cluster.ts";

const KINDS = "deployments,statefulsets,daemonsets,horizontalpodautoscalers";
const REGION = { kubeconfig: "/state/kubeconfig.yaml", context: "region-a" };

/** The workloads of a region that has these objects; only calls for the whole cluster or the one namespace are answered. */
async function read(items: readonly object[], nodes: "real" | "simulated" = "real") {
  const call =
    nodes === "real" ? `get ${KINDS} -o json --all-namespaces` : `--namespace ${NAMESPACE} get ${KINDS}`;
  const kubectl = await scriptedKubectl({ [call]: JSON.stringify({ items }) });
  return await readWorkloads(REGION, { nodes, tools: { pulumi: "pulumi", kubectl } });
}

const deployment = (spec: object, status?: object) => ({
  kind: "Deployment",
  metadata: { name: "coordinator" },
  spec,
  ...(status === undefined ? {} : { status }),
});

const autoscaler = (spec: object, kind = "Deployment") => ({
  kind: "HorizontalPodAutoscaler",
  metadata: { name: "coordinator" },
  spec: { scaleTargetRef: { kind, name: "coordinator" }, ...spec },
});

describe("the workloads of a region", () => {
  it("are those of every namespace where the region is equipped by us", async () => {
    expect(await read([deployment({ replicas: 1 }, { readyReplicas: 1 })], "real")).toHaveLength(1);
  });

  it("are those of the platform's namespace where nodes are simulated", async () => {
    expect(await read([deployment({ replicas: 1 }, { readyReplicas: 1 })], "simulated")).toHaveLength(1);
  });

  it.each([
    ["what it declares", { replicas: 3 }, { readyReplicas: 2 }, { ready: 2, wanted: 3 }],
    ["one, where it declares nothing", {}, { readyReplicas: 1 }, { ready: 1, wanted: 1 }],
    ["none, where it declares that", { replicas: 0 }, {}, { ready: 0, wanted: 0 }],
    ["it before anybody looked at it", { replicas: 2 }, undefined, { ready: 0, wanted: 2 }],
  ])("want %s", async (_, spec, status, expected) => {
    expect(await read([deployment(spec, status)])).toEqual([
      { kind: "Deployment", name: "coordinator", ...expected },
    ]);
  });

  it("of every node want as many as there are nodes for them", async () => {
    const status = { numberReady: 1, desiredNumberScheduled: 3 };

    expect(await read([{ kind: "DaemonSet", metadata: { name: "gateway" }, spec: {}, status }])).toEqual([
      { kind: "DaemonSet", name: "gateway", ready: 1, wanted: 3 },
    ]);
  });

  it.each([
    ["at least what their autoscaler wants", [autoscaler({ minReplicas: 2 })], 2],
    ["what they declare when it is more than that", [autoscaler({ minReplicas: 1 })], 1],
    ["one where their autoscaler says nothing", [autoscaler({})], 1],
    [
      "what they declare when the autoscaler is another's",
      [autoscaler({ minReplicas: 5 }, "StatefulSet")],
      1,
    ],
  ])("want %s", async (_, autoscalers, wanted) => {
    const objects = [deployment({ replicas: 1 }, { readyReplicas: 1 }), ...autoscalers];

    expect(await read(objects)).toEqual([{ kind: "Deployment", name: "coordinator", ready: 1, wanted }]);
  });

  it("cannot be told when the region does not answer", async () => {
    const tools = { pulumi: "pulumi", kubectl: await scriptedKubectl({}) };

    await expect(readWorkloads(REGION, { nodes: "real", tools })).rejects.toThrow(
      /unexpected: .*--request-timeout 5s/,
    );
  });
});

describe("workloads", () => {
  const workload = (ready: number, wanted: number) => ({ kind: "Deployment", name: "w", ready, wanted });

  it.each([
    ["nothing is there", [], false],
    ["one of them lacks a replica", [workload(1, 1), workload(1, 2)], false],
    ["all have what they want", [workload(1, 1), workload(2, 2)], true],
    ["some have more, as in a rollout", [workload(3, 2)], true],
    ["nothing is wanted", [workload(0, 0)], true],
  ])("when %s", (_, workloads, expected) => {
    expect(areReady(workloads)).toBe(expected);
  });
});

describe("waiting for workloads", () => {
  async function waitFor(answer: object, signal: AbortSignal) {
    const call = `get ${KINDS} -o json --all-namespaces`;
    const kubectl = await scriptedKubectl({ [call]: JSON.stringify(answer) });
    const regions = ["region-a", "region-b"].map((name) => ({
      ...{ name, role: "primary" as const, context: name, kubeconfig: "k", endpoints: [] },
    }));
    const tools = { pulumi: "pulumi", kubectl };
    const environment = {
      nodes: "real",
      gateway: false,
      regions,
      frontDoorPort: 1,
      upstream: "simulated",
      tools,
    } as const;
    return await waitForWorkloads(environment, signal);
  }

  it("returns what each region has once it is ready", async () => {
    const found = await waitFor(
      { items: [deployment({ replicas: 1 }, { readyReplicas: 1 })] },
      new AbortController().signal,
    );

    expect([...found.keys()]).toEqual(["region-a", "region-b"]);
    expect(found.get("region-b")).toMatchObject([{ name: "coordinator", ready: 1 }]);
  });

  it("ends with the signal while they are not", async () => {
    const controller = new AbortController();
    const waiting = waitFor({ items: [] }, controller.signal);
    setImmediate(() => controller.abort(new Error("Ctrl-C")));

    await expect(waiting).rejects.toThrow();
  });
});

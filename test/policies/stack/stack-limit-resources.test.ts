import { describe, expect, it } from "vitest";
import { stackLimitResources } from "../../../policies/stack/stack-limit-resources.ts";
import { judgeStack, type KubernetesObject, resourceOf, UNKNOWN } from "../judge.ts";
import { asking, autoscaler, database, NOTHING, scaledObject, workload } from "./objects.ts";

const WIDE = {
  regionCpuCores: 1e6,
  regionMemoryGiB: 1e6,
  regionPods: 1e6,
  stackCpuCores: 1e6,
  stackMemoryGiB: 1e6,
  stackPods: 1e6,
};
const judgeObjects = (objects: KubernetesObject[], config: object = {}) =>
  judgeStack(
    stackLimitResources,
    objects.map((object) => resourceOf(object)),
    config,
  );
/** What a ceiling of zero says that the stack asks for. */
async function sumOf(unit: "CpuCores" | "MemoryGiB" | "Pods", objects: KubernetesObject[]): Promise<number> {
  const { violations, undecided } = await judgeObjects(objects, { ...WIDE, [`stack${unit}`]: 0 });
  expect(undecided).toBeUndefined();
  if (violations.length === 0) return 0;
  expect(violations).toHaveLength(1);
  return Number(/it asks for ([\d.]+) /.exec(violations[0] ?? "")?.[1]);
}
const pods = (objects: KubernetesObject[]) => sumOf("Pods", objects);
const inPod = (spec: object) => workload({ template: { spec } });
const container = (cpu: unknown, resources: object = {}) => ({
  resources: { requests: { cpu }, ...resources },
});

describe("the ceilings", () => {
  it.each([
    ["20 cores", { cpu: "2", memory: "1" }, 10, "40 cores"],
    ["48 GiB of memory", { cpu: "1m", memory: "4Gi" }, 12, "96 GiB of memory"],
    ["80 pods", { cpu: "1m", memory: "1" }, 80, "160 pods"],
  ])("allow %s in a region by default, and no more", async (ceiling, requests, replicas, twice) => {
    expect(await judgeObjects([asking(requests, { replicas })])).toEqual(NOTHING);
    const [number, ...unit] = ceiling.split(" ");
    expect((await judgeObjects([asking(requests, { replicas: replicas * 2 })])).violations).toEqual([
      expect.stringContaining(
        `the stack: it asks for ${twice} in the region region-a, ${number} are planned: `,
      ),
    ]);
    expect((await judgeObjects([asking(requests, { replicas: replicas + 1 })])).violations[0]).toContain(
      unit.join(" "),
    );
  });

  it.each([
    ["60 cores", { cpu: "5", memory: "1" }, 4],
    ["144 GiB of memory", { cpu: "1m", memory: "12Gi" }, 4],
    ["240 pods", { cpu: "1m", memory: "1" }, 80],
  ])("allow %s in all regions by default, and no more", async (ceiling, requests, replicas) => {
    const regions = ["region-a", "region-b", "region-c", "region-d"];
    const all = regions.map((region) => resourceOf(asking(requests, { replicas }), { region }));
    expect(await judgeStack(stackLimitResources, all.slice(0, 3))).toEqual(NOTHING);
    expect((await judgeStack(stackLimitResources, all)).violations).toEqual([
      expect.stringMatching(
        new RegExp(
          `all regions together, ${ceiling.split(" ")[0]} are planned: Deployment ai-agents/agent \\d+ \\(region-a\\)`,
        ),
      ),
    ]);
  });

  it.each([
    "regionCpuCores",
    "regionMemoryGiB",
    "regionPods",
    "stackCpuCores",
    "stackMemoryGiB",
    "stackPods",
  ])("are configured by %s", async (name) => {
    const objects = [asking({ cpu: "1", memory: "1Gi" })];
    expect(await judgeObjects(objects, { ...WIDE, [name]: 1 })).toEqual(NOTHING);
    expect((await judgeObjects(objects, { ...WIDE, [name]: 0.99 })).violations).toEqual([
      expect.stringContaining(
        name.startsWith("region") ? "in the region region-a" : "in all regions together",
      ),
    ]);
  });

  it("name the workloads, with two decimals, and what to do", async () => {
    const { violations } = await judgeObjects([asking({ cpu: "333m" }, { replicas: 2 })], {
      ...WIDE,
      regionCpuCores: 0,
    });
    expect(violations).toEqual([
      "the stack: it asks for 0.67 cores in the region region-a, 0 are planned: Deployment ai-agents/agent 0.67 (region-a). Lower requests, replicas or the maximum of an autoscaler, or raise the ceiling in the policy's configuration with the budget.",
    ]);
  });

  it("call the cluster of Pulumi's default provider so", async () => {
    const { provider: _, ...resource } = resourceOf(asking({ cpu: "1" }));
    const { violations } = await judgeStack(stackLimitResources, [resource], { ...WIDE, regionCpuCores: 0 });
    expect(violations).toEqual([expect.stringContaining("in the region default cluster, 0 are planned")]);
  });
});

describe("the number of pods", () => {
  it.each([
    ["Deployment", { replicas: 3 }, 3],
    ["StatefulSet", { replicas: 3 }, 3],
    ["ReplicaSet", { replicas: 3 }, 3],
    ["ReplicationController", { replicas: 3 }, 3],
    ["Rollout", { replicas: 3 }, 3],
    ["Deployment", { replicas: 0 }, 0],
    ["Deployment", { replicas: null }, 1],
    ["Deployment", {}, 1],
    ["DaemonSet", {}, 10],
    ["Pod", {}, 1],
    ["Job", {}, 1],
    ["Job", { parallelism: 4 }, 4],
    ["CronJob", {}, 1],
    ["CronJob", { jobTemplate: { spec: { parallelism: 4 } } }, 4],
    ["ScaledJob", {}, 100],
    ["ScaledJob", { maxReplicaCount: 5, jobTargetRef: { parallelism: 2 } }, 10],
    ["PodTemplate", {}, 0],
    ["ConfigMap", {}, 0],
    ["PersistentVolumeClaim", {}, 0],
  ])("of a %s with %j is %d", async (kind, spec, expected) => {
    expect(await pods([workload(spec, { kind })])).toBe(expected);
  });

  it("of a database is the number of its instances", async () => {
    expect(await pods([database({ instances: 3 })])).toBe(3);
    expect(await pods([database({})])).toBe(1);
    expect(await pods([{ ...database({ instances: 3 }), apiVersion: "cluster.x-k8s.io/v1beta1" }])).toBe(0);
    expect(await pods([{ ...database({ instances: 3 }), kind: "ImageCatalog" }])).toBe(0);
  });

  it.each([
    ["a HorizontalPodAutoscaler", autoscaler({}, { maxReplicas: 20 }), 20],
    ["a ScaledObject", scaledObject({}, { maxReplicaCount: 7 }), 7],
    ["a ScaledObject that states none", scaledObject(), 100],
    ["one of another workload", autoscaler({ name: "other" }, { maxReplicas: 20 }), 3],
    ["one of another namespace", autoscaler({}, { maxReplicas: 20 }, { namespace: "other" }), 3],
  ])("is the maximum of %s", async (_, scaler, expected) => {
    expect(await pods([asking({ cpu: "1" }, { replicas: 3 }), scaler])).toBe(expected);
  });

  it("is the highest maximum of several", async () => {
    const scalers = [autoscaler({}, { maxReplicas: 4 }), scaledObject({}, { maxReplicaCount: 9 })];
    expect(await pods([asking({ cpu: "1" }), ...scalers])).toBe(9);
    expect(await pods([asking({ cpu: "1" }), ...scalers.toReversed()])).toBe(9);
  });

  it("multiplies what a pod asks for", async () => {
    const objects = [asking({ cpu: "500m", memory: "2Gi" }), autoscaler({}, { maxReplicas: 20 })];
    expect(await sumOf("CpuCores", objects)).toBe(10);
    expect(await sumOf("MemoryGiB", objects)).toBe(40);
  });

  it("takes the nodes of a region from the configuration", async () => {
    const objects = [workload({}, { kind: "DaemonSet" })];
    expect(await judgeObjects(objects, { nodes: 3, regionPods: 3 })).toEqual(NOTHING);
    expect((await judgeObjects(objects, { nodes: 3, regionPods: 2 })).violations).toHaveLength(1);
  });

  it.each([
    ["a text", workload({ replicas: "3" }), 'Deployment ai-agents/agent, at .spec.replicas: it is "3", so'],
    ["negative", workload({ replicas: -1 }), "it is -1, so nothing can be added up."],
    ["a fraction", workload({ replicas: 1.5 }), "it is 1.5, so nothing can be added up."],
  ])("is refused where it is %s", async (_, object, reason) => {
    const { violations } = await judgeObjects([object]);
    expect(violations).toEqual([expect.stringContaining(reason)]);
    expect(violations[0]).toContain("Set it to a whole number.");
  });

  it("is refused where a HorizontalPodAutoscaler states none", async () => {
    expect((await judgeObjects([workload(), autoscaler()])).violations).toEqual([
      expect.stringContaining(
        "HorizontalPodAutoscaler ai-agents/agent, at .spec.maxReplicas: it is not set, so nothing can be added up.",
      ),
    ]);
  });
});

describe("the requests of a pod", () => {
  it.each([
    ["of all containers", { containers: [container("1"), container("500m")] }, 1.5],
    [
      "of sidecars too",
      { containers: [container("1")], initContainers: [{ ...container("2"), restartPolicy: "Always" }] },
      3,
    ],
    [
      "of an init container that asks for more",
      { containers: [container("1")], initContainers: [container("3")] },
      3,
    ],
    [
      "of no init container that asks for less",
      { containers: [container("2")], initContainers: [container("1")] },
      2,
    ],
    [
      "of the larger init container",
      { containers: [container("1")], initContainers: [container("3"), container("2")] },
      3,
    ],
    ["with the overhead of the runtime", { containers: [container("1")], overhead: { cpu: "250m" } }, 1.25],
    [
      "of the limit where there is no request",
      { containers: [container(null, { limits: { cpu: "2" } })] },
      2,
    ],
    ["of the request where there is a limit", { containers: [container("1", { limits: { cpu: "2" } })] }, 1],
    ["of nothing where neither is there", { containers: [{}] }, 0],
    ["of numbers", { containers: [container(2)] }, 2],
    [
      "of an init container with the sidecars before it",
      {
        containers: [container("1")],
        initContainers: [{ ...container("2"), restartPolicy: "Always" }, container("4")],
      },
      6,
    ],
    [
      "of an init container without the sidecars after it",
      {
        containers: [container("1")],
        initContainers: [container("4"), { ...container("2"), restartPolicy: "Always" }],
      },
      4,
    ],
    ["of the pod as a whole", { containers: [container("1")], ...container("3") }, 3],
    ["of the containers where the pod's are less", { containers: [container("2")], ...container("1") }, 2],
    [
      "of the containers where the pod has but a limit",
      { containers: [container("1")], resources: { limits: { cpu: "3" } } },
      1,
    ],
    ["of the pod's limit alone", { containers: [{}], resources: { limits: { cpu: "3" } } }, 3],
    [
      "of the pod as a whole, with the overhead",
      { containers: [], ...container("3"), overhead: { cpu: "1" } },
      4,
    ],
  ])("are those %s", async (_, spec, cores) => {
    expect(await sumOf("CpuCores", [inPod(spec)])).toBe(cores);
  });

  it("are added up for memory alike", async () => {
    const memory = (amount: string) => ({ resources: { requests: { memory: amount } } });
    const spec = {
      containers: [memory("1Gi"), memory("512Mi")],
      initContainers: [memory("3Gi")],
      overhead: { memory: "256Mi" },
    };
    expect(await sumOf("MemoryGiB", [inPod(spec)])).toBe(3.25);
  });

  it("of a database are those of each instance", async () => {
    const objects = [
      database({ instances: 3, resources: { requests: { cpu: "2" }, limits: { memory: "4Gi" } } }),
    ];
    expect(await sumOf("CpuCores", objects)).toBe(6);
    expect(await sumOf("MemoryGiB", objects)).toBe(12);
  });

  it.each([
    ["lots", '"lots"'],
    ["-1", '"-1"'],
    [true, "true"],
    ["", '""'],
  ])("are refused where they are %j", async (cpu, got) => {
    expect((await judgeObjects([asking({ cpu })])).violations).toEqual([
      expect.stringContaining(
        `.containers[0].resources.requests.cpu: it is ${got}, which is no quantity, so nothing can be added up. Write a quantity such as 500m or 2Gi.`,
      ),
    ]);
  });
});

describe("stack-limit-resources", () => {
  it.each([
    ["a request", [asking({ cpu: UNKNOWN })], ".spec.template.spec.containers[0].resources.requests.cpu"],
    [
      "whether an init container goes on",
      [inPod({ initContainers: [{ ...container("1"), restartPolicy: UNKNOWN }] })],
      "initContainers[0].restartPolicy",
    ],
    ["the request of a pod", [inPod({ resources: UNKNOWN })], ".spec.template.spec.resources"],
    [
      "the limit of a pod",
      [inPod({ resources: { limits: UNKNOWN } })],
      ".spec.template.spec.resources.limits",
    ],
    ["an overhead", [inPod({ overhead: UNKNOWN })], ".spec.template.spec.overhead"],
    [
      "the template of a Rollout",
      [workload({ workloadRef: UNKNOWN }, { kind: "Rollout" })],
      ".spec.workloadRef",
    ],
    ["an init container's request", [inPod({ initContainers: [container(UNKNOWN)] })], "initContainers[0]"],
    [
      "the number of replicas",
      [workload({ replicas: UNKNOWN })],
      "Deployment ai-agents/agent .spec.replicas",
    ],
    [
      "an autoscaler's maximum",
      [workload(), autoscaler({}, { maxReplicas: UNKNOWN })],
      "HorizontalPodAutoscaler ai-agents/agent .spec.maxReplicas",
    ],
    [
      "an autoscaler's target",
      [workload(), autoscaler({ name: UNKNOWN }, { maxReplicas: 3 })],
      "HorizontalPodAutoscaler ai-agents/agent .spec.scaleTargetRef.name",
    ],
    [
      "the parallelism of a ScaledJob",
      [workload({ jobTargetRef: { parallelism: UNKNOWN } }, { kind: "ScaledJob" })],
      ".parallelism",
    ],
    ["a database", [{ ...database({}), spec: UNKNOWN }], "Cluster ai-agents/agent .spec"],
  ])("is undecided while %s is not known", async (_, objects, place) => {
    const { violations, undecided } = await judgeObjects(objects);
    expect(violations).toEqual([]);
    expect(undecided).toContain(place);
  });

  it("refuses a Rollout of another object's pods, of which nobody knows what they ask for", async () => {
    const rollout = workload({ workloadRef: { kind: "Deployment", name: "agent" } }, { kind: "Rollout" });
    expect((await judgeObjects([rollout])).violations).toEqual([
      "urn:pulumi:test::claude-agents::kubernetes:argoproj.io/v1alpha1:Rollout::region-a-agent: Rollout ai-agents/agent, at .spec.workloadRef: its pods are made from the template of another object, so nothing can be added up. Write the pod template into the Rollout.",
    ]);
    expect(await judgeObjects([workload({ workloadRef: null }, { kind: "Rollout" })])).toEqual(NOTHING);
  });

  it("refuses an autoscaler that may pass the ceiling, however few pods run now", async () => {
    const objects = [
      asking({ cpu: "1" }, { replicas: 3 }),
      autoscaler({}, { minReplicas: 3, maxReplicas: 21 }),
    ];
    expect((await judgeObjects(objects)).violations).toEqual([
      expect.stringContaining("it asks for 21 cores in the region region-a, 20 are planned"),
    ]);
  });

  it("finds workloads in a List, and counts a Patch resource's", async () => {
    const list = { apiVersion: "v1", kind: "List", items: [asking({ cpu: "21" })] };
    expect((await judgeObjects([list])).violations).toHaveLength(1);
    const patch = resourceOf(asking({ cpu: "21" }), { type: "kubernetes:apps/v1:DeploymentPatch" });
    expect((await judgeStack(stackLimitResources, [patch])).violations).toHaveLength(1);
  });

  it("needs no value where the known ones are too much, and still reports what is no quantity", async () => {
    const objects = [asking({ cpu: "21", memory: UNKNOWN }), asking({ cpu: "lots" }, {}, { name: "other" })];
    const { violations, undecided } = await judgeObjects(objects);
    expect(violations).toEqual([
      expect.stringContaining("it asks for 21 cores in the region region-a, 20 are planned"),
      expect.stringContaining('it is "lots", which is no quantity'),
    ]);
    expect(undecided).toBeUndefined();
  });
});

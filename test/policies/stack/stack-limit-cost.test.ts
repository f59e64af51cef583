import { describe, expect, it } from "vitest";
import { stackLimitCost } from "../../../policies/stack/stack-limit-cost.ts";
import { judgeStack, type KubernetesObject, resourceOf, UNKNOWN } from "../judge.ts";
import { asking, autoscaler, database, NOTHING, workload } from "./objects.ts";

const judgeObjects = (objects: KubernetesObject[], config: object = {}) =>
  judgeStack(
    stackLimitCost,
    objects.map((object) => resourceOf(object)),
    config,
  );
const FREE = { monthlyUsd: 0, cpuCoreHourUsd: 0, memoryGiBHourUsd: 0, storageGiBMonthUsd: 0 };

const storage = (size: unknown) => ({ resources: { requests: { storage: size } } });
const claim = (requests: object): KubernetesObject => ({
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name: "agent", namespace: "ai-agents" },
  spec: { resources: { requests } },
});
const stateful = (volumeClaimTemplates: unknown) =>
  workload({ replicas: 3, volumeClaimTemplates }, { kind: "StatefulSet" });

describe("stack-limit-cost", () => {
  it("allows what was planned to the cent, and refuses more", async () => {
    const objects = [asking({ cpu: "1", memory: "4Gi" })];
    expect(await judgeObjects(objects, { monthlyUsd: 43.07 })).toEqual(NOTHING);
    expect((await judgeObjects(objects, { monthlyUsd: 43.06 })).violations).toEqual([
      "the stack: it may cost 43.07 USD a month, 43.06 are planned: Deployment ai-agents/agent 43.07 (region-a). Lower requests, volumes, replicas or the maximum of an autoscaler, or raise monthlyUsd in the policy's configuration.",
    ]);
  });

  it("allows 1500 USD by default", async () => {
    expect(await judgeObjects([asking({ cpu: "1", memory: "4Gi" }, { replicas: 34 })])).toEqual(NOTHING);
    expect(
      (await judgeObjects([asking({ cpu: "1", memory: "4Gi" }, { replicas: 35 })])).violations,
    ).toHaveLength(1);
  });

  it.each([
    ["cpuCoreHourUsd", { cpu: "1500m", memory: "1Gi" }, 1095],
    ["memoryGiBHourUsd", { cpu: "1", memory: "1536Mi" }, 1095],
  ])("takes the price %s for an hour from the configuration", async (price, requests, cost) => {
    const { violations } = await judgeObjects([asking(requests)], { ...FREE, [price]: 1 });
    expect(violations).toEqual([expect.stringContaining(`it may cost ${cost} USD a month, 0 are planned`)]);
  });

  it.each([
    ["a claim", claim({ storage: "10Gi" }), 20],
    ["a claim without request", claim({}), 0],
    [
      "the claims of a StatefulSet, one for each pod",
      stateful([{ spec: storage("5Gi") }, { spec: storage("1Gi") }]),
      36,
    ],
    [
      "volumes that live as long as their pod",
      workload({
        replicas: 2,
        template: {
          spec: {
            volumes: [{ emptyDir: {} }, { ephemeral: { volumeClaimTemplate: { spec: storage("4Gi") } } }],
          },
        },
      }),
      16,
    ],
    [
      "the volumes of a database, for each instance",
      database({
        instances: 3,
        storage: { size: "10Gi" },
        walStorage: { size: "2Gi" },
        tablespaces: [{ name: "a", storage: { size: "1Gi" } }],
      }),
      78,
    ],
  ])("takes the price of %s for a month from the configuration", async (_, object, cost) => {
    const { violations } = await judgeObjects([object], { ...FREE, monthlyUsd: -1, storageGiBMonthUsd: 2 });
    expect(violations).toEqual([expect.stringContaining(`it may cost ${cost} USD a month, -1 are planned`)]);
  });

  it.each([
    [
      "a claim",
      claim({ storage: UNKNOWN }),
      "PersistentVolumeClaim ai-agents/agent .spec.resources.requests.storage",
    ],
    ["a StatefulSet's claims", stateful(UNKNOWN), ".spec.volumeClaimTemplates"],
    ["a database's volume", database({ storage: UNKNOWN }), "Cluster ai-agents/agent .spec.storage"],
  ])("is undecided while %s is not known", async (_, object, place) => {
    const { violations, undecided } = await judgeObjects([object]);
    expect(violations).toEqual([]);
    expect(undecided).toContain(place);
  });

  it("takes the nodes of a region from the configuration", async () => {
    const objects = [asking({ cpu: "1", memory: "0" }, {}, { kind: "DaemonSet" })];
    const config = { ...FREE, cpuCoreHourUsd: 1 };
    expect((await judgeObjects(objects, config)).violations[0]).toContain("it may cost 7300 USD");
    expect((await judgeObjects(objects, { ...config, nodes: 2 })).violations[0]).toContain(
      "it may cost 1460 USD",
    );
  });

  it("adds up the regions, and names the largest first and five of them", async () => {
    const resources = [1, 2, 3, 4, 5, 6, 7].map((replicas) =>
      resourceOf(asking({ cpu: "1" }, { replicas }, { name: `agent-${replicas}` }), {
        region: replicas === 7 ? "region-b" : "region-a",
      }),
    );
    const { violations } = await judgeStack(stackLimitCost, resources, { ...FREE, cpuCoreHourUsd: 1 / 730 });
    expect(violations).toEqual([
      expect.stringContaining(
        "it may cost 28 USD a month, 0 are planned: Deployment ai-agents/agent-7 7 (region-b), Deployment ai-agents/agent-6 6 (region-a), Deployment ai-agents/agent-5 5 (region-a), Deployment ai-agents/agent-4 4 (region-a), Deployment ai-agents/agent-3 3 (region-a), 2 more 3.",
      ),
    ]);
  });

  it("reckons with the maximum of an autoscaler", async () => {
    const objects = [asking({ cpu: "1" }, { replicas: 3 }), autoscaler({}, { maxReplicas: 50 })];
    const { violations } = await judgeObjects(objects, { ...FREE, cpuCoreHourUsd: 1 / 730 });
    expect(violations).toEqual([expect.stringContaining("it may cost 50 USD a month")]);
  });

  it("is undecided while a value is not known that may cost too much", async () => {
    const { violations, undecided } = await judgeObjects([asking({ cpu: UNKNOWN })]);
    expect(violations).toEqual([]);
    expect(undecided).toContain(
      "Deployment ai-agents/agent .spec.template.spec.containers[0].resources.requests.cpu",
    );
  });

  it("needs no value where the known ones cost too much, and still reports what is no quantity", async () => {
    const objects = [asking({ cpu: "50", memory: UNKNOWN }), asking({ cpu: "lots" }, {}, { name: "other" })];
    const { violations, undecided } = await judgeObjects(objects, { monthlyUsd: 1496 });
    expect(violations).toEqual([
      expect.stringContaining("it may cost 1496.5 USD"),
      expect.stringContaining('it is "lots", which is no quantity'),
    ]);
    expect(undecided).toBeUndefined();
  });

  it("says nothing of a stack without workloads", async () => {
    expect(await judgeObjects([], FREE)).toEqual(NOTHING);
  });
});

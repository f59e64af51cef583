import { describe, expect, it } from "vitest";
import { persistentVolumeClaimLimitSize } from "../../../policies/data/persistent-volume-claim-limit-size.ts";
import { judge, type KubernetesObject, UNKNOWN } from "../judge.ts";
import { POD_SPEC, WORKLOAD_KINDS } from "../workloads.ts";

const run = (object: KubernetesObject, config = {}) =>
  judge(persistentVolumeClaimLimitSize, object, { config });
const claimSpec = (storage: unknown) => ({ spec: { resources: { requests: { storage } } } });
const claim = (storage: unknown): KubernetesObject => ({
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name: "data" },
  ...claimSpec(storage),
});
const workload = (kind: string, spec: object): KubernetesObject => ({
  apiVersion: "apps/v1",
  kind,
  metadata: { name: "db" },
  spec,
});
const cluster = (spec: object, apiVersion = "postgresql.cnpg.io/v1"): KubernetesObject => ({
  apiVersion,
  kind: "Cluster",
  metadata: { name: "db" },
  spec,
});

describe("persistent-volume-claim-limit-size", () => {
  it.each(["10Gi", "100Gi", "1e9", 1024])("allows %s", async (storage) => {
    expect(await run(claim(storage))).toEqual({ violations: [], undecided: undefined });
  });

  it.each([
    ["1000Gi", 'at .spec.resources.requests.storage: it is "1000Gi" in place of a size up to 100Gi'],
    [undefined, "it is not set in place of"],
    [null, "it is not set"],
    ["10GB", 'it is "10GB"'],
    ["0", 'it is "0"'],
    [{}, "it is {}"],
  ])("refuses %s", async (storage, words) => {
    expect((await run(claim(storage))).violations).toEqual([expect.stringContaining(words)]);
  });

  it("looks at the templates of a StatefulSet, and of no other kind", async () => {
    const spec = { volumeClaimTemplates: [claimSpec("1Gi"), claimSpec("1Ti")] };
    expect((await run(workload("StatefulSet", spec))).violations).toEqual([
      expect.stringContaining("volumeClaimTemplates[1]"),
    ]);
    expect((await run(workload("Deployment", spec))).violations).toEqual([]);
  });

  it.each(WORKLOAD_KINDS)(
    "looks at the volumes of a $kind that live as long as its pods",
    async ({ build }) => {
      const volumes = (storage: unknown) => [
        { name: "a", emptyDir: {} },
        { name: "b", ephemeral: { volumeClaimTemplate: claimSpec(storage) } },
      ];
      expect((await run(build({ ...POD_SPEC, volumes: volumes("1Gi") }))).violations).toEqual([]);
      expect((await run(build({ ...POD_SPEC, volumes: volumes("1Ti") }))).violations).toEqual([
        expect.stringContaining("volumes[1].ephemeral"),
      ]);
    },
  );

  it.each([
    ["both sizes", { storage: { size: "20Gi" }, walStorage: { size: "10Gi" } }, 0],
    ["a template", { storage: { pvcTemplate: { resources: { requests: { storage: "20Gi" } } } } }, 0],
    ["a large size", { storage: { size: "1Ti" } }, 1],
    ["a large template", { storage: { pvcTemplate: { resources: { requests: { storage: "1Ti" } } } } }, 1],
    ["a large log", { storage: { size: "1Gi" }, walStorage: { size: "1Ti" } }, 1],
    ["no size", {}, 1],
  ])("finds in a cluster of PostgreSQL with %s what is wrong", async (_, spec, count) => {
    expect((await run(cluster(spec))).violations).toHaveLength(count);
  });

  it("says nothing about clusters of other operators", async () => {
    expect((await run(cluster({}, "cluster.x-k8s.io/v1beta1"))).violations).toEqual([]);
  });

  it("leaves a size open that is not known yet", async () => {
    expect(await run(claim(UNKNOWN))).toEqual({
      violations: [],
      undecided: expect.stringContaining(".storage"),
    });
    expect((await run(workload("StatefulSet", { volumeClaimTemplates: UNKNOWN }))).undecided).toContain(
      ".volumeClaimTemplates",
    );
  });

  it("takes the bound from the configuration, and refuses one that is none", async () => {
    expect((await run(claim("10Gi"), { maximum: "5Gi" })).violations).toHaveLength(1);
    expect((await run(claim("1Ti"), { maximum: "2Ti" })).violations).toEqual([]);
    await expect(run(claim("10Gi"), { maximum: "much" })).rejects.toThrow("which is no quantity");
  });
});

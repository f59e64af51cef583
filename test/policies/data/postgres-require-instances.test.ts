import { describe, expect, it } from "vitest";
import { postgresRequireInstances } from "../../../policies/data/postgres-require-instances.ts";
import { judge, UNKNOWN } from "../judge.ts";

const run = (instances: unknown, config = {}, apiVersion = "postgresql.cnpg.io/v1") =>
  judge(
    postgresRequireInstances,
    { apiVersion, kind: "Cluster", metadata: { name: "db" }, spec: { instances } },
    { config },
  );

describe("postgres-require-instances", () => {
  it.each([3, 5])("allows %i servers", async (instances) => {
    expect(await run(instances)).toEqual({ violations: [], undecided: undefined });
  });

  it.each([
    [2, "at .spec.instances: it is 2 where at least 3 are asked for"],
    [undefined, "it is not set, which means 1"],
    [null, "it is not set, which means 1"],
    ["3", 'it is "3" where'],
  ])("refuses %s servers", async (instances, words) => {
    expect((await run(instances)).violations).toEqual([expect.stringContaining(words)]);
  });

  it("takes the least number from the configuration", async () => {
    expect((await run(1, { minimumInstances: 1 })).violations).toEqual([]);
    expect((await run(undefined, { minimumInstances: 1 })).violations).toEqual([]);
    expect((await run(3, { minimumInstances: 4 })).violations).toHaveLength(1);
  });

  it("leaves a number open that is not known yet", async () => {
    expect(await run(UNKNOWN)).toEqual({
      violations: [],
      undecided: expect.stringContaining(".spec.instances"),
    });
  });

  it("says nothing about clusters of other operators", async () => {
    expect((await run(1, {}, "cluster.x-k8s.io/v1beta1")).violations).toEqual([]);
  });
});

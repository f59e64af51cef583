import { describe, expect, it } from "vitest";
import { statefulSetRequireVolumeRetention } from "../../../policies/data/stateful-set-require-volume-retention.ts";
import { judge, UNKNOWN } from "../judge.ts";

const TEMPLATES = [{ metadata: { name: "data" } }];
const run = (
  persistentVolumeClaimRetentionPolicy: unknown,
  volumeClaimTemplates: unknown = TEMPLATES,
  kind = "StatefulSet",
) =>
  judge(statefulSetRequireVolumeRetention, {
    apiVersion: "apps/v1",
    kind,
    metadata: { name: "db" },
    spec: { volumeClaimTemplates, persistentVolumeClaimRetentionPolicy },
  });

describe("stateful-set-require-volume-retention", () => {
  it.each([undefined, null, {}, { whenDeleted: null }, { whenDeleted: "Retain", whenScaled: "Retain" }])(
    "allows the policy %j",
    async (policy) => {
      expect(await run(policy)).toEqual({ violations: [], undecided: undefined });
    },
  );

  it.each([
    [
      { whenDeleted: "Delete" },
      'at .spec.persistentVolumeClaimRetentionPolicy.whenDeleted: it is "Delete" in place of "Retain"',
    ],
    [{ whenScaled: "Delete" }, ".whenScaled"],
    [{ whenDeleted: "retain" }, 'it is "retain"'],
    [{ whenDeleted: true }, "it is true"],
  ])("refuses the policy %j", async (policy, words) => {
    expect((await run(policy)).violations).toEqual([expect.stringContaining(words)]);
  });

  it.each([undefined, null, []])("says nothing about a set with the volumes %j", async (templates) => {
    const { violations } = await judge(statefulSetRequireVolumeRetention, {
      apiVersion: "apps/v1",
      kind: "StatefulSet",
      metadata: { name: "db" },
      spec: {
        volumeClaimTemplates: templates,
        persistentVolumeClaimRetentionPolicy: { whenDeleted: "Delete" },
      },
    });
    expect(violations).toEqual([]);
  });

  it("says nothing about other kinds", async () => {
    expect((await run({ whenDeleted: "Delete" }, TEMPLATES, "Deployment")).violations).toEqual([]);
  });

  it("judges volumes that are not known yet like others", async () => {
    expect((await run({ whenDeleted: "Delete" }, UNKNOWN)).violations).toHaveLength(1);
  });

  it.each([
    [UNKNOWN, ".persistentVolumeClaimRetentionPolicy"],
    [{ whenDeleted: UNKNOWN }, ".whenDeleted"],
  ])("leaves the policy %j open", async (policy, place) => {
    expect(await run(policy)).toEqual({ violations: [], undecided: expect.stringContaining(place) });
  });

  it("throws on a policy that is text", async () => {
    await expect(run("Retain")).rejects.toThrow("expected an object");
  });
});

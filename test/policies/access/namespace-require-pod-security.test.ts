import { describe, expect, it } from "vitest";
import { namespaceRequirePodSecurity } from "../../../policies/access/namespace-require-pod-security.ts";
import { judge, UNKNOWN } from "../judge.ts";

const ENFORCE = "pod-security.kubernetes.io/enforce";
const VERSION = "pod-security.kubernetes.io/enforce-version";

const namespace = (labels: unknown) => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name: "ai-agents", labels },
});
const judgeLabels = (labels: unknown, config = {}) =>
  judge(namespaceRequirePodSecurity, namespace(labels), { config });
const PASSED = { violations: [], undecided: undefined };

describe("namespace-require-pod-security", () => {
  it.each([
    ["no labels", null, "not set"],
    ["no level", {}, "not set"],
    ["a level that is null", { [ENFORCE]: null }, "not set"],
    ["the baseline level", { [ENFORCE]: "baseline" }, '"baseline"'],
    ["the privileged level", { [ENFORCE]: "privileged" }, '"privileged"'],
    ["another spelling", { [ENFORCE]: "Restricted" }, '"Restricted"'],
    ["an empty level", { [ENFORCE]: "" }, '""'],
    ["a level of no text", { [ENFORCE]: true }, "true"],
  ])("refuses %s", async (_, labels, got) => {
    const { violations } = await judgeLabels(labels);
    expect(violations).toEqual([
      expect.stringContaining(
        `the level that the API server enforces is ${got}; allowed: restricted. Set the label`,
      ),
    ]);
  });

  it.each([["v1.33"], ["v1.9"], ["1.34"], ["v1.34.1"], ["vv1.34"], ["v2.0"], [""], [34]])(
    "refuses the version %j",
    async (version) => {
      const { violations } = await judgeLabels({ [ENFORCE]: "restricted", [VERSION]: version });
      expect(violations).toEqual([
        expect.stringContaining(`is ${JSON.stringify(version)}; allowed: latest, and v1.34 or newer. Leave`),
      ]);
    },
  );

  it.each([["latest"], ["v1.34"], ["v1.35"], ["v1.100"], [null], [undefined]])(
    "allows the version %j",
    async (version) => {
      expect(await judgeLabels({ [ENFORCE]: "restricted", [VERSION]: version })).toEqual(PASSED);
    },
  );

  it("reports level and version", async () => {
    expect((await judgeLabels({ [VERSION]: "v1.20" })).violations).toHaveLength(2);
  });

  it.each([
    ["privileged", 3],
    ["baseline", 2],
    ["restricted", 1],
  ])("allows the level %s of the configuration and stricter ones", async (level, count) => {
    const all = ["privileged", "baseline", "restricted"];
    const judgements = await Promise.all(
      all.map((enforced) => judgeLabels({ [ENFORCE]: enforced }, { level })),
    );
    expect(judgements.map(({ violations }) => violations.length === 0)).toEqual(
      all.map((_, index) => index >= all.length - count),
    );
  });

  it("allows older versions where the configuration does", async () => {
    const labels = { [ENFORCE]: "restricted", [VERSION]: "v1.30" };
    expect(await judgeLabels(labels, { oldestMinorVersion: 30 })).toEqual(PASSED);
    expect((await judgeLabels(labels, { oldestMinorVersion: 31 })).violations).toHaveLength(1);
  });

  it.each([
    ["labels", UNKNOWN, ".metadata.labels"],
    ["level", { [ENFORCE]: UNKNOWN }, "enforce"],
    ["version", { [ENFORCE]: "restricted", [VERSION]: UNKNOWN }, "enforce-version"],
  ])("leaves a Namespace undecided while its %s is not known", async (_, labels, path) => {
    const { violations, undecided } = await judgeLabels(labels);
    expect(violations).toEqual([]);
    expect(undecided).toContain(path);
  });

  it("says nothing about other kinds", async () => {
    expect(await judge(namespaceRequirePodSecurity, { ...namespace({}), kind: "ConfigMap" })).toEqual(PASSED);
  });
});

import { describe, expect, it } from "vitest";
import { containerRequireResources } from "../../../policies/workloads/container-require-resources.ts";
import { judge, UNKNOWN } from "../judge.ts";
import { CONTAINER, deployment, EVERY_PLACE, POD_SPEC, podSpecWith, WORKLOAD_KINDS } from "../workloads.ts";

const { requests, limits } = CONTAINER.resources;
const without = (bound: "requests" | "limits", resource: string) => ({
  ...{ requests, limits },
  [bound]: { ...CONTAINER.resources[bound], [resource]: undefined },
});
const judgeResources = (resources: unknown, config = {}) =>
  judge(containerRequireResources, deployment(podSpecWith("containers", { resources })), { config });

describe("container-require-resources", () => {
  it.each(WORKLOAD_KINDS)("allows a $kind with requests and limits", async ({ build }) => {
    expect(await judge(containerRequireResources, build(POD_SPEC))).toEqual({
      violations: [],
      undecided: undefined,
    });
  });

  it.each(EVERY_PLACE.filter(({ list }) => list !== "ephemeralContainers"))(
    "refuses $list of a $kind without a memory limit",
    async ({ build, list }) => {
      const podSpec = podSpecWith(list, { resources: without("limits", "memory") });
      const { violations } = await judge(containerRequireResources, build(podSpec));
      expect(violations).toEqual([expect.stringContaining("states no limits.memory")]);
    },
  );

  it.each(WORKLOAD_KINDS)(
    "allows an ephemeral container of a $kind, for which the API refuses resources",
    async (kind) => {
      const podSpec = podSpecWith("ephemeralContainers", { resources: undefined });
      expect((await judge(containerRequireResources, kind.build(podSpec))).violations).toEqual([]);
    },
  );

  it.each([
    ["missing resources", undefined],
    ["resources that are null", null],
    ["empty resources", {}],
    ["empty requests and limits", { requests: {}, limits: null }],
  ])("names everything that is missing in one violation for %s", async (_, resources) => {
    expect((await judgeResources(resources)).violations).toEqual([
      expect.stringContaining(
        "states no requests.cpu, requests.memory, requests.ephemeral-storage, limits.cpu, limits.memory, limits.ephemeral-storage:",
      ),
    ]);
  });

  it.each(
    (["requests", "limits"] as const).flatMap((bound) =>
      ["cpu", "memory", "ephemeral-storage"].map((resource) => ({ bound, resource })),
    ),
  )("refuses a container without $bound.$resource", async ({ bound, resource }) => {
    const { violations } = await judgeResources(without(bound, resource));
    expect(violations).toEqual([expect.stringContaining(`states no ${bound}.${resource}:`)]);
    expect(violations[0]).toMatch(
      new RegExp(`Set resources, for example ${bound}.${resource}: "[0-9]+[a-zA-Z]*"\\.$`),
    );
  });

  it.each([
    ["a decimal unit that does not exist", "2GB", "is no quantity"],
    ["words", "plenty", "is no quantity"],
    ["an empty text", "", "is no quantity"],
    ["zero, which bounds nothing", "0", "is not above zero"],
    ["a negative amount", "-1Gi", "is not above zero"],
  ])("refuses %s as a limit", async (_, memory, problem) => {
    const { violations } = await judgeResources({ requests, limits: { ...limits, memory } });
    expect(violations).toEqual([expect.stringContaining(problem)]);
  });

  it.each(["500m", "1", 2, "0.5", "1e3", "512Mi", "1.5Gi", "100k"])(
    "accepts the quantity %s",
    async (cpu) => {
      expect((await judgeResources({ requests: { ...requests, cpu }, limits })).violations).toEqual([]);
    },
  );

  it("lets the configuration make CPU limits optional, and only them", async () => {
    const config = { cpuLimit: "optional" };
    expect((await judgeResources(without("limits", "cpu"), config)).violations).toEqual([]);
    for (const [bound, resource] of [
      ["limits", "memory"],
      ["requests", "cpu"],
    ] as const)
      expect((await judgeResources(without(bound, resource), config)).violations).toHaveLength(1);
  });

  it("leaves a quantity that is not known yet undecided", async () => {
    const { violations, undecided } = await judgeResources({ requests, limits: { ...limits, cpu: UNKNOWN } });
    expect(violations).toEqual([]);
    expect(undecided).toContain(".spec.template.spec.containers[1].resources.limits.cpu");
  });
});

import { describe, expect, it } from "vitest";
import { containerLimitResources } from "../../../policies/workloads/container-limit-resources.ts";
import { judge, UNKNOWN } from "../judge.ts";
import { CONTAINER, deployment, EVERY_PLACE, POD_SPEC, podSpecWith, WORKLOAD_KINDS } from "../workloads.ts";

type Bounds = readonly [request: unknown, limit: unknown];

const judgeResources = (resources: unknown, config = {}) =>
  judge(containerLimitResources, deployment(podSpecWith("containers", { resources })), { config });
/** Judges one resource with this request and this limit. */
const judgeBounds = (resource: string, [request, limit]: Bounds, config = {}) =>
  judgeResources({ requests: { [resource]: request }, limits: { [resource]: limit } }, config);

describe("container-limit-resources", () => {
  it.each(WORKLOAD_KINDS)("allows a $kind whose limits are near to its requests", async ({ build }) => {
    const judgement = await judge(containerLimitResources, build(POD_SPEC));
    expect(judgement).toEqual({ violations: [], undecided: undefined });
  });

  it.each(EVERY_PLACE.filter(({ list }) => list !== "ephemeralContainers"))(
    "refuses a limit above the ceiling in $list of a $kind (faults 21 and 22)",
    async ({ build, list }) => {
      const resources = { ...CONTAINER.resources, limits: { cpu: "9" } };
      const { violations } = await judge(containerLimitResources, build(podSpecWith(list, { resources })));
      expect(violations).toEqual([expect.stringContaining(`.${list}[`)]);
    },
  );

  it("says nothing about ephemeral containers, for which the API refuses resources", async () => {
    const podSpec = podSpecWith("ephemeralContainers", { resources: { limits: { cpu: "900" } } });
    expect((await judge(containerLimitResources, deployment(podSpec))).violations).toEqual([]);
  });

  it.each<[string, Bounds]>([
    ["cpu", ["8", "8"]],
    ["cpu", ["100m", 1]],
    ["cpu", ["10m", "100m"]],
    ["memory", ["32Gi", "32Gi"]],
    ["memory", ["512Mi", "2Gi"]],
    ["ephemeral-storage", ["20Gi", "20Gi"]],
    ["ephemeral-storage", ["1Gi", "10Gi"]],
  ])("allows %s of %j, which is at the bound", async (resource, bounds) => {
    expect(await judgeBounds(resource, bounds)).toEqual({ violations: [], undecided: undefined });
  });

  it.each<[string, Bounds, string]>([
    ["cpu", ["8", "8001m"], 'limits.cpu of container "changed" is "8001m", which is above the ceiling of 8.'],
    ["memory", ["32Gi", "33Gi"], 'is "33Gi", which is above the ceiling of 32Gi.'],
    ["ephemeral-storage", ["20Gi", "21Gi"], 'is "21Gi", which is above the ceiling of 20Gi.'],
    ["cpu", ["9", undefined], 'requests.cpu of container "changed" is "9", which is above the ceiling of 8.'],
    ["cpu", ["2", "1"], 'requests.cpu of container "changed" is "2", which is above its limit of "1".'],
    ["cpu", ["99m", "1"], 'is "1", which is more than 10 times its request of "99m".'],
    ["memory", ["511Mi", "2Gi"], 'is "2Gi", which is more than 4 times its request of "511Mi".'],
    ["ephemeral-storage", ["1Gi", "11Gi"], "more than 10 times its request"],
    ["cpu", ["0", "1"], "more than 10 times its request"],
    ["cpu", ["1", "0"], 'limits.cpu of container "changed" is "0", which is no bound at all.'],
    ["cpu", [undefined, "-1"], "is no bound at all"],
    ["memory", ["2GB", "2Gi"], 'requests.memory of container "changed" is "2GB", which is no quantity.'],
    ["memory", ["2Gi", {}], "is {}, which is no quantity."],
    ["cpu", [true, "1"], "is true, which is no quantity."],
  ])("refuses %s of %j", async (resource, bounds, reason) => {
    expect((await judgeBounds(resource, bounds)).violations).toEqual([expect.stringContaining(reason)]);
  });

  it.each<[string, unknown]>([
    ["missing resources", undefined],
    ["resources that are null", null],
    ["empty resources", {}],
    ["a limit alone, which the request takes over", { limits: { cpu: "8" } }],
    ["a request alone, whose limit another policy asks for", { requests: { cpu: "8" } }],
    ["resources of a plug-in", { limits: { "nvidia.com/gpu": 64 } }],
  ])("says nothing about %s", async (_, resources) => {
    expect(await judgeResources(resources)).toEqual({ violations: [], undecided: undefined });
  });

  it.each([
    ["odd units", ["1e3m", "1e1"], "requests.cpu"],
    ["an exponent", ["1E1", "10"], "limits.cpu"],
    ["a fraction", ["0.5", "8.5"], "limits.cpu"],
    ["thousandths", ["8001m", "9000m"], "limits.cpu"],
    ["an enormous unit", ["1", "1Ei"], "limits.cpu"],
    ["more than can be counted", ["1", "1e999"], "limits.cpu"],
  ] as const)("refuses a bound written with %s", async (_, bounds, name) => {
    const { violations } = await judgeBounds("cpu", [...bounds]);
    expect(violations).toEqual([expect.stringContaining(`${name} of container "changed"`)]);
  });

  it.each([
    ["0.5", "1000m"],
    ["500m", "5e0"],
    ["1e-1", "100e-2"],
    [".5", "1."],
  ])("allows %s and %s", async (request, limit) => {
    expect((await judgeBounds("cpu", [request, limit])).violations).toEqual([]);
  });

  it.each<[string, unknown, number]>([
    ["a request above the ceiling", { requests: { cpu: "9" } }, 1],
    ["a limit above the ceiling", { limits: { memory: "33Gi" } }, 1],
    ["a limit far above the request", { requests: { cpu: "100m" }, limits: { cpu: "2" } }, 1],
    ["bounds near to each other", { requests: { cpu: "1" }, limits: { cpu: "2" } }, 0],
    ["null", null, 0],
  ])("judges what the pod has for all its containers: %s", async (_, resources, count) => {
    const { violations } = await judge(containerLimitResources, deployment({ ...POD_SPEC, resources }));
    expect(violations).toHaveLength(count);
    for (const one of violations) expect(one).toContain(" of the pod is ");
  });

  it("fails closed where resources are a list", async () => {
    await expect(judgeResources("plenty")).rejects.toThrow("expected an object");
  });

  it.each([
    ["maxCpu", "16", "cpu", ["16", "16"]],
    ["maxMemory", "64Gi", "memory", ["64Gi", "64Gi"]],
    ["maxEphemeralStorage", "40Gi", "ephemeral-storage", ["40Gi", "40Gi"]],
    ["maxCpuRatio", 20, "cpu", ["50m", "1"]],
    ["maxMemoryRatio", 8, "memory", ["1Gi", "8Gi"]],
    ["maxEphemeralStorageRatio", 20, "ephemeral-storage", ["1Gi", "20Gi"]],
  ] as const)("takes %s from the configuration", async (name, value, resource, bounds) => {
    expect((await judgeBounds(resource, bounds)).violations).toHaveLength(1);
    expect((await judgeBounds(resource, bounds, { [name]: value })).violations).toEqual([]);
  });

  it("refuses everything where a ceiling of the configuration is no quantity", async () => {
    const judged = judgeBounds("cpu", ["1", "1"], { maxCpu: "many" });
    await expect(judged).rejects.toThrow('the parameter maxCpu is "many", which is no quantity');
  });

  it.each<[string, Bounds, string]>([
    ["a limit", ["1", UNKNOWN], ".resources.limits.cpu"],
    ["a request", [UNKNOWN, "1"], ".resources.requests.cpu"],
    ["a request without limit", [UNKNOWN, undefined], ".resources.requests.cpu"],
  ])("leaves %s that is not known yet undecided", async (_, bounds, path) => {
    const { violations, undecided } = await judgeBounds("cpu", bounds);
    expect(violations).toEqual([]);
    expect(undecided).toContain(`: .spec.template.spec.containers[1]${path};`);
  });

  it.each<[string, Bounds]>([
    ["its limit is above the ceiling", [UNKNOWN, "9"]],
    ["its request is above the ceiling", ["9", UNKNOWN]],
    ["its request is no quantity", ["many", UNKNOWN]],
  ])("does not wait for a value where %s", async (_, bounds) => {
    const { violations, undecided } = await judgeBounds("cpu", bounds);
    expect(violations).toHaveLength(1);
    expect(undecided).toBeUndefined();
  });
});

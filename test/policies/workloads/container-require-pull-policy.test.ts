import { describe, expect, it } from "vitest";
import { containerRequirePullPolicy } from "../../../policies/workloads/container-require-pull-policy.ts";
import { judge, remediate, UNKNOWN } from "../judge.ts";
import { deployment, EVERY_PLACE, POD_SPEC, podSpecWith, WORKLOAD_KINDS } from "../workloads.ts";

const withPolicy = (imagePullPolicy: unknown) => deployment(podSpecWith("containers", { imagePullPolicy }));
const withVolume = (image: unknown) => deployment({ ...POD_SPEC, volumes: [{ name: "models", image }] });

describe("container-require-pull-policy", () => {
  it.each(WORKLOAD_KINDS)("allows a $kind whose images are pulled", async ({ build }) => {
    const judgement = await judge(containerRequirePullPolicy, build(POD_SPEC));
    expect(judgement).toEqual({ violations: [], undecided: undefined });
  });

  it.each(EVERY_PLACE)("refuses and repairs Never in $list of a $kind (faults 21 and 22)", async (place) => {
    const object = place.build(podSpecWith(place.list, { imagePullPolicy: "Never" }));
    const { violations } = await judge(containerRequirePullPolicy, object);
    expect(violations).toEqual([expect.stringContaining(`.${place.list}[`)]);
    const repaired = place.build(podSpecWith(place.list, { imagePullPolicy: "IfNotPresent" }));
    expect(await remediate(containerRequirePullPolicy, object)).toEqual(repaired);
  });

  it.each([undefined, null, "Always", "IfNotPresent"])("allows %s and repairs nothing", async (policy) => {
    expect((await judge(containerRequirePullPolicy, withPolicy(policy))).violations).toEqual([]);
    expect(await remediate(containerRequirePullPolicy, withPolicy(policy))).toBeUndefined();
  });

  it.each(["Never", "never", "", 0, ["Always"], {}])("refuses %j and repairs it", async (policy) => {
    expect((await judge(containerRequirePullPolicy, withPolicy(policy))).violations).toEqual([
      expect.stringContaining(
        `imagePullPolicy of container "changed" is ${JSON.stringify(policy)}; allowed: Always, IfNotPresent.`,
      ),
    ]);
    expect(await remediate(containerRequirePullPolicy, withPolicy(policy))).toEqual(
      withPolicy("IfNotPresent"),
    );
  });

  it("refuses and repairs an image volume that is never pulled", async () => {
    const object = withVolume({ reference: "team/models", pullPolicy: "Never" });
    const { violations } = await judge(containerRequirePullPolicy, object);
    expect(violations).toEqual([expect.stringContaining("volumes[0].image.pullPolicy")]);
    const repaired = withVolume({ reference: "team/models", pullPolicy: "IfNotPresent" });
    expect(await remediate(containerRequirePullPolicy, object)).toEqual(repaired);
  });

  it("allows an image volume that leaves it out", async () => {
    expect((await judge(containerRequirePullPolicy, withVolume({ reference: "a" }))).violations).toEqual([]);
  });

  it("takes the allowed policies from the configuration and repairs to the first of them", async () => {
    const config = { pullPolicies: ["Always"] };
    const object = withPolicy("IfNotPresent");
    const { violations } = await judge(containerRequirePullPolicy, object, { config });
    expect(violations).toHaveLength(2);
    const repaired = await remediate(containerRequirePullPolicy, object, { config });
    expect((await judge(containerRequirePullPolicy, repaired ?? {}, { config })).violations).toEqual([]);
  });

  it("leaves a policy that is not known yet undecided and as it is", async () => {
    const { violations, undecided } = await judge(containerRequirePullPolicy, withPolicy(UNKNOWN));
    expect(violations).toEqual([]);
    expect(undecided).toContain(".spec.template.spec.containers[1].imagePullPolicy");
    expect(await remediate(containerRequirePullPolicy, withPolicy(UNKNOWN))).toBeUndefined();
  });
});

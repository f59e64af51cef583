import { describe, expect, it } from "vitest";
import { containerRequireReadOnlyRoot } from "../../../policies/workloads/container-require-read-only-root.ts";
import { judge, UNKNOWN } from "../judge.ts";
import { deployment, EVERY_PLACE, POD_SPEC, podSpecWith, WORKLOAD_KINDS } from "../workloads.ts";

const judgeContainer = (changes: object, config = {}) =>
  judge(containerRequireReadOnlyRoot, deployment(podSpecWith("containers", changes)), { config });
const WRITABLE = { securityContext: { readOnlyRootFilesystem: false } };

describe("container-require-read-only-root", () => {
  it.each(WORKLOAD_KINDS)("allows a $kind with a read-only root", async ({ build }) => {
    const judgement = await judge(containerRequireReadOnlyRoot, build(POD_SPEC));
    expect(judgement).toEqual({ violations: [], undecided: undefined });
  });

  it.each(EVERY_PLACE)(
    "refuses a root that may be written in $list of a $kind (faults 21 and 22)",
    async (place) => {
      const object = place.build(podSpecWith(place.list, WRITABLE));
      const { violations } = await judge(containerRequireReadOnlyRoot, object);
      expect(violations).toEqual([expect.stringContaining(`.${place.list}[`)]);
    },
  );

  it.each([
    ["a missing context", undefined, "is not set, which means false."],
    ["a context that is null", null, "is not set, which means false."],
    ["an empty context", {}, "is not set, which means false."],
    ["null", { readOnlyRootFilesystem: null }, "is not set, which means false."],
    ["false", { readOnlyRootFilesystem: false }, "is false."],
    ["a text", { readOnlyRootFilesystem: "true" }, 'is "true".'],
  ])("refuses %s", async (_, securityContext, words) => {
    expect((await judgeContainer({ securityContext })).violations).toEqual([
      expect.stringContaining(`container "changed" can write to its root: readOnlyRootFilesystem ${words}`),
    ]);
  });

  it("does not take the pod's setting for its containers', which does not exist", async () => {
    const podSpec = {
      ...podSpecWith("containers", { securityContext: {} }),
      ...{ securityContext: { readOnlyRootFilesystem: true } },
    };
    expect((await judge(containerRequireReadOnlyRoot, deployment(podSpec))).violations).toHaveLength(1);
  });

  it("takes containers that may from the configuration, by their whole name", async () => {
    expect((await judgeContainer(WRITABLE, { exemptContainers: ["changed"] })).violations).toEqual([]);
    expect((await judgeContainer(WRITABLE, { exemptContainers: ["change"] })).violations).toHaveLength(1);
  });

  it.each([
    ["the setting", { securityContext: { readOnlyRootFilesystem: UNKNOWN } }, {}, ".readOnlyRootFilesystem"],
    ["a name that may be exempt", { ...WRITABLE, name: UNKNOWN }, { exemptContainers: ["debug"] }, ".name"],
  ])("leaves %s undecided while it is not known", async (_, changes, config, path) => {
    const { violations, undecided } = await judgeContainer(changes, config);
    expect(violations).toEqual([]);
    expect(undecided).toContain(`${path};`);
  });

  it("says nothing of pods for Windows, and leaves a pod of a system that is not known yet undecided", async () => {
    const judgeOn = (name: unknown) =>
      judge(
        containerRequireReadOnlyRoot,
        deployment({ ...podSpecWith("containers", WRITABLE), os: { name } }),
      );
    expect(await judgeOn("windows")).toEqual({ violations: [], undecided: undefined });
    expect((await judgeOn("linux")).violations).toHaveLength(1);
    expect((await judgeOn(UNKNOWN)).undecided).toContain(".spec.template.spec.os.name;");
  });

  it("asks for no name where none is exempt or the root is read-only", async () => {
    expect((await judgeContainer({ ...WRITABLE, name: UNKNOWN })).violations).toHaveLength(1);
    const { undecided } = await judgeContainer({ name: UNKNOWN }, { exemptContainers: ["debug"] });
    expect(undecided).toBeUndefined();
  });
});

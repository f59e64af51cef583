import { describe, expect, it } from "vitest";
import { Stack } from "../../../policies/manifests/stack.ts";
import { PodIndex } from "../../../policies/stack/pod-index.ts";
import { resourceOf, UNKNOWN } from "../judge.ts";
import { budget, LABELS, workload } from "./objects.ts";

/** How many groups of pods are selected by the one budget of these objects, and how many may be. */
function selectedIn(objects: Parameters<typeof resourceOf>[0][], elsewhere: typeof objects = []) {
  const provider = { type: "pulumi:providers:kubernetes", name: "other", urn: "urn:other", props: {} };
  const stack = new Stack([
    ...objects.map((object) => resourceOf(object)),
    ...elsewhere.map((object) => ({ ...resourceOf(object), provider })),
  ]);
  const [owner] = stack.ofKind("PodDisruptionBudget");
  if (owner === undefined) throw new Error("no budget");
  const { groups, unknown } = new PodIndex(stack).selectedBy(
    owner,
    owner.manifest.root.at("spec", "selector"),
  );
  return { selected: groups.length, open: unknown.length };
}

const SELECTOR = { matchLabels: LABELS };

describe("the pods of a stack", () => {
  it("are selected within one namespace", () => {
    const others = [workload({}, { namespace: "other" })];
    expect(selectedIn([budget(SELECTOR), workload(), ...others])).toEqual({ selected: 1, open: 0 });
  });

  it("are open, once each, where one of their labels is not known", () => {
    const open = workload({}, { labels: { ...LABELS, tier: UNKNOWN } });
    expect(selectedIn([budget(SELECTOR), open])).toEqual({ selected: 0, open: 1 });
    const byApp = budget({ matchLabels: { app: LABELS.app } });
    expect(selectedIn([byApp, open])).toEqual({ selected: 1, open: 0 });
  });

  it("are looked at only where they have the rarest of the wanted labels", () => {
    const looks: string[] = [];
    const pods = ["one", "two", "three"].map((name) => {
      const labels = {
        app: "agent",
        part: name,
        get tier() {
          looks.push(name);
          return "worker";
        },
      };
      return resourceOf(workload({}, { name, labels }));
    });
    const wanted = { matchLabels: { app: "agent", part: "two", tier: "worker" } };
    const stack = new Stack([...pods, resourceOf(budget(wanted))]);
    const [owner] = stack.ofKind("PodDisruptionBudget");
    if (owner === undefined) throw new Error("no budget");
    const index = new PodIndex(stack);
    looks.length = 0;
    expect(index.selectedBy(owner, owner.manifest.root.at("spec", "selector")).groups).toHaveLength(1);
    expect(looks).toEqual(["two"]);
  });

  it("are open, once each, where the namespace of whoever selects is not known, in its own cluster alone", () => {
    const owner = budget(SELECTOR, { namespace: UNKNOWN });
    expect(selectedIn([owner, workload()], [workload()])).toEqual({ selected: 0, open: 1 });
  });

  it("are all selected by an empty selector", () => {
    const other = workload({}, { labels: { app: "other" } });
    expect(selectedIn([budget({}), workload(), other])).toEqual({ selected: 2, open: 0 });
  });
});

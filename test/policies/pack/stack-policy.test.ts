import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Field } from "../../../policies/manifests/field.ts";
import { violation } from "../../../policies/pack/finding.ts";
import { stackPolicy } from "../../../policies/pack/stack-policy.ts";
import { judgeStack, resourceOf, UNKNOWN } from "../judge.ts";
import { exceptionFrom, FACTS, fail, judgePresence } from "./subjects.ts";

const NAME = "service-disallow-test";
const URN = "urn:pulumi:test::claude-agents::kubernetes:core/v1:Service::region-a-web";

const policy = stackPolicy<{ word: string }>({
  ...FACTS,
  name: NAME,
  parameters: { word: { type: "string", default: "spec", description: "The property." } },
  judge: (stack, { word }) =>
    stack
      .ofKind("Service")
      .flatMap((placed) =>
        judgePresence(placed.manifest.root.at(word)).map((finding) => ({ placed, finding })),
      ),
});

const failing = stackPolicy({ ...FACTS, name: "stack-disallow-failure", judge: fail });

const service = (spec: unknown, annotations: object = {}, name = "web") => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name, annotations },
  spec,
});

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: new Date("2027-03-01T12:00:00Z") });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("a policy over stacks", () => {
  it("names the object to blame, and gives the engine its resource", async () => {
    const resources = [resourceOf(service(null, {}, "other")), resourceOf(service(1))];
    expect(await judgeStack(policy, resources)).toEqual({
      violations: [`${URN}: Service web, at .spec: got 1. Remove it.`],
      undecided: undefined,
    });
  });

  it("speaks of the stack where no object is to blame", async () => {
    const whole = stackPolicy({
      ...FACTS,
      name: "stack-disallow-test",
      judge: () => [{ finding: violation(Field.root({}), "it is there.", "Remove it.") }],
    });
    expect((await judgeStack(whole, [])).violations).toEqual(["the stack: it is there. Remove it."]);
  });

  it("is configured like every policy", async () => {
    const { violations } = await judgeStack(policy, [resourceOf(service(null))], { word: "kind" });
    expect(violations).toEqual([expect.stringContaining('at .kind: got "Service"')]);
  });

  it("reports what is wrong beside what is not known yet", async () => {
    const resources = [resourceOf(service(UNKNOWN)), resourceOf(service(1, {}, "two"))];
    const { violations, undecided } = await judgeStack(policy, resources);
    expect(violations).toEqual([expect.stringContaining("Service two, at .spec")]);
    expect(undecided).toContain("not known before the update: Service web .spec;");
  });

  it("fault 25: names a list whose objects are not known yet, beside what is wrong elsewhere", async () => {
    const list = resourceOf({ apiVersion: "v1", kind: "List", metadata: { name: "all" }, items: UNKNOWN });
    const { violations, undecided } = await judgeStack(policy, [list, resourceOf(service(1))]);
    expect(violations).toEqual([expect.stringContaining("Service web, at .spec")]);
    expect(undecided).toContain("not known before the update: region-a-all .items;");
  });

  it.each([
    ["for the policy that it names", exceptionFrom(NAME, "2027-03-01"), 0],
    ["for no other", exceptionFrom("service-disallow-tests", "2027-03-01"), 1],
    ["no longer than its last day", exceptionFrom(NAME, "2027-02-28"), 1],
    ["not where it is malformed", { [`policy-exception/${NAME}`]: "{}" }, 1],
  ])("takes exceptions, %s", async (_, annotations, count) => {
    const { violations } = await judgeStack(policy, [resourceOf(service(1, annotations))]);
    expect(violations).toHaveLength(count);
  });

  it("takes exceptions for the object that has them alone, in a List too", async () => {
    const items = [service(1, exceptionFrom(NAME, "2027-03-01")), service(2, {}, "two")];
    const list = resourceOf({ apiVersion: "v1", kind: "List", items });
    expect((await judgeStack(policy, [list])).violations).toEqual([
      expect.stringContaining("Service two, at .items[1].spec: got 2."),
    ]);
  });

  it("leaves nothing open of an object that is excepted", async () => {
    const excepted = resourceOf(service(UNKNOWN, exceptionFrom(NAME, "2027-03-01")));
    expect(await judgeStack(policy, [excepted])).toEqual({ violations: [], undecided: undefined });
  });

  it("fault 29: fails closed and says so of the stack when its judge throws", async () => {
    await expect(judgeStack(failing, [])).rejects.toThrow(
      "policy stack-disallow-failure could not judge the stack and therefore refuses it: x is not a function",
    );
  });

  it("fault 29: fails closed and names the resource whose objects cannot be read", async () => {
    const list = resourceOf({ apiVersion: "v1", kind: "List", metadata: { name: "bad" }, items: [{}] });
    await expect(judgeStack(policy, [list])).rejects.toThrow(
      /^policy service-disallow-test could not judge the stack and therefore refuses it: urn:.*::region-a-bad: /,
    );
  });
});

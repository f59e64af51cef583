import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { exceptionRequireExpiry } from "../../../policies/exceptions/exception-require-expiry.ts";
import { judge, UNKNOWN } from "../judge.ts";

const GOOD = { owner: "payments", reason: "The vendor's image has no such endpoint.", expires: "2027-03-31" };

beforeEach(() => vi.useFakeTimers({ now: new Date("2027-01-15T12:00:00Z"), toFake: ["Date"] }));
afterEach(() => vi.useRealTimers());

const judgeText = (value: unknown, policy = "container-require-probes", config = {}) =>
  judge(
    exceptionRequireExpiry,
    {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "subject", annotations: { other: "x", [`policy-exception/${policy}`]: value } },
    },
    { config },
  );
const judgeException = (exception: object, policy?: string, config = {}) =>
  judgeText(JSON.stringify(exception), policy, config);

describe("exception-require-expiry", () => {
  it("allows an exception with owner, reason and a day to come", async () => {
    expect(await judgeException(GOOD)).toEqual({ violations: [], undecided: undefined });
  });

  it.each([
    ["its last day", "2027-01-15"],
    ["the day before the longest term ends", "2027-07-14"],
  ])("allows one on %s", async (_, expires) => {
    expect((await judgeException({ ...GOOD, expires })).violations).toEqual([]);
  });

  it.each([
    ["that is past", { ...GOOD, expires: "2027-01-14" }, "ended on 2027-01-14; its owner is payments"],
    ["that lasts too long", { ...GOOD, expires: "2027-07-15" }, "more than 180 days away"],
    ["without owner", { ...GOOD, owner: undefined }, "it names no owner"],
    ["whose owner is blank", { ...GOOD, owner: " " }, "it names no owner"],
    ["without reason", { ...GOOD, reason: undefined }, "it gives no reason"],
    ["without last day", { ...GOOD, expires: undefined }, "its expires is no date"],
    ["on a day that does not exist", { ...GOOD, expires: "2027-02-30" }, "its expires is no date"],
    ["with a time", { ...GOOD, expires: "2027-03-31T00:00:00Z" }, "its expires is no date"],
    ["with another key", { ...GOOD, expire: "2027-03-31" }, 'it has the key "expire"'],
    ["that is a list", [GOOD], "it is no JSON object"],
  ])("refuses one %s", async (_, exception, problem) => {
    expect((await judgeException(exception)).violations).toEqual([expect.stringContaining(problem)]);
  });

  it.each([
    ["text", "until March"],
    ["nothing", ""],
    ["a number", 3],
    ["null in JSON", "null"],
  ])("refuses one that is %s", async (_, value) => {
    expect((await judgeText(value)).violations).toEqual([expect.stringContaining("it is no JSON object")]);
  });

  it.each([
    "all",
    "*",
    "",
    "Container-Require-Probes",
    "container-require-",
    "pod-allow-root",
    "exception-require-expiry",
  ])("refuses one from %j, which is no policy", async (policy) => {
    expect((await judgeException(GOOD, policy)).violations).toEqual([
      expect.stringMatching(
        `the exception from ${policy.replace("*", "\\*") || "no policy"} holds for none: .* stands the name of one policy`,
      ),
    ]);
  });

  it("takes another longest term from the configuration", async () => {
    expect((await judgeException(GOOD, undefined, { maximumDays: 30 })).violations).toHaveLength(1);
  });

  it("leaves an exception that is not known yet undecided", async () => {
    const { violations, undecided } = await judgeText(UNKNOWN);
    expect(violations).toEqual([]);
    expect(undecided).toContain('.metadata.annotations["policy-exception/container-require-probes"]');
  });

  it("leaves annotations undecided that are not known yet as a whole", async () => {
    const metadata = { name: "subject", annotations: UNKNOWN };
    const { violations, undecided } = await judge(exceptionRequireExpiry, {
      apiVersion: "v1",
      kind: "Pod",
      metadata,
    });
    expect(violations).toEqual([]);
    expect(undecided).toContain(".metadata.annotations;");
  });

  it.each(["Deployment", "CronJob", "Rollout"])(
    "refuses an exception in the pod template of a %s",
    async (kind) => {
      const template = (annotations: unknown) => ({ metadata: { annotations } });
      const workload = (annotations: unknown) => ({
        apiVersion: "apps/v1",
        kind,
        metadata: { name: "subject" },
        spec:
          kind === "CronJob"
            ? { jobTemplate: { spec: { template: template(annotations) } } }
            : { template: template(annotations) },
      });
      const stated = { other: "x", "policy-exception/container-require-probes": JSON.stringify(GOOD) };
      expect((await judge(exceptionRequireExpiry, workload(stated))).violations).toEqual([
        expect.stringMatching(
          /template\.metadata\.annotations\["policy-exception\/container-require-probes"\]: an exception of a pod template holds for nothing: .*\. Move it to the annotations of the workload\.$/,
        ),
      ]);
      expect(await judge(exceptionRequireExpiry, workload({ other: "x" }))).toEqual({
        violations: [],
        undecided: undefined,
      });
      expect((await judge(exceptionRequireExpiry, workload(UNKNOWN))).undecided).toBeUndefined();
    },
  );

  it("looks at each object of a List, and at a Patch resource", async () => {
    const past = JSON.stringify({ ...GOOD, expires: "2020-01-01" });
    const annotations = { "policy-exception/container-require-probes": past };
    const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "subject", annotations } };
    const list = { apiVersion: "v1", kind: "List", items: [pod, pod] };
    expect((await judge(exceptionRequireExpiry, list)).violations).toHaveLength(2);
    const type = "kubernetes:core/v1:PodPatch";
    expect((await judge(exceptionRequireExpiry, pod, { type })).violations).toHaveLength(1);
  });

  it("says nothing about other annotations, or none", async () => {
    const metadata = { name: "subject", annotations: { "policy-exceptions/x": "y" } };
    expect(
      (await judge(exceptionRequireExpiry, { apiVersion: "v1", kind: "Pod", metadata })).violations,
    ).toEqual([]);
    expect((await judge(exceptionRequireExpiry, { apiVersion: "v1", kind: "Pod" })).violations).toEqual([]);
  });
});

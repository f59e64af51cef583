import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Field } from "../../../policies/manifests/field.ts";
import {
  daysLeft,
  exceptionsOf,
  isExceptable,
  isExcepted,
  isLive,
} from "../../../policies/pack/exceptions.ts";
import { resourceOf, UNKNOWN } from "../judge.ts";

const POLICY = "pod-require-test";
const EXCEPTION = { owner: "payments", reason: "audit", expires: "2027-03-31" };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: new Date("2027-03-01T12:00:00Z") });
});
afterEach(() => {
  vi.useRealTimers();
});

function annotated(annotations: unknown) {
  return { kind: "Pod", root: Field.root(resourceOf({ kind: "Pod", metadata: { annotations } }).props) };
}

const stating = (value: unknown, policy = POLICY) => annotated({ [`policy-exception/${policy}`]: value });

describe("an exception", () => {
  it("holds for exactly the policy that it names", () => {
    const manifest = stating(JSON.stringify(EXCEPTION));
    expect(isExcepted(manifest, POLICY)).toBe(true);
    for (const other of ["pod-require-tests", "pod-require-tes", "pod-require-other", "", "constructor"]) {
      expect({ other, excepted: isExcepted(manifest, other) }).toEqual({ other, excepted: false });
    }
  });

  it.each([
    ["other prefix", { [`policy/${POLICY}`]: JSON.stringify(EXCEPTION) }],
    ["no prefix", { [POLICY]: JSON.stringify(EXCEPTION) }],
    ["no value", { [`policy-exception/${POLICY}`]: null }],
    ["a value that is not known yet", { [`policy-exception/${POLICY}`]: UNKNOWN }],
    ["no annotations", undefined],
    ["annotations that are not known yet", UNKNOWN],
  ])("is none with %s", (_, annotations) => {
    expect(isExcepted(annotated(annotations), POLICY)).toBe(false);
  });

  it.each([
    ["2027-03-31T23:59:59.999Z", true],
    ["2027-03-31T00:00:00.000Z", true],
    ["2027-04-01T00:00:00.000Z", false],
    ["2027-01-01T00:00:00.000Z", true],
    ["2028-01-01T00:00:00.000Z", false],
  ])("whose last day is 2027-03-31 holds at %s: %s", (now, holds) => {
    vi.setSystemTime(new Date(now));
    expect(isLive(EXCEPTION)).toBe(holds);
    expect(isExcepted(stating(JSON.stringify(EXCEPTION)), POLICY)).toBe(holds);
  });

  it.each([
    ["2027-03-31T00:00:00Z", 0],
    ["2027-03-31T23:59:59Z", 0],
    ["2027-03-30T23:59:59Z", 1],
    ["2027-03-01T00:00:00Z", 30],
    ["2027-04-02T00:00:00Z", -2],
  ])("whose last day is 2027-03-31 has at %s so many days left: %i", (now, days) => {
    vi.setSystemTime(new Date(now));
    expect(daysLeft(EXCEPTION)).toBe(days);
  });

  it("is never possible from policies about exceptions", () => {
    const policy = "exception-require-test";
    expect(isExcepted(stating(JSON.stringify(EXCEPTION), policy), policy)).toBe(false);
    expect(isExceptable(policy)).toBe(false);
  });
});

describe("a malformed exception", () => {
  it.each([
    ["nothing", "", "it is no JSON object"],
    ["words", "until March", "it is no JSON object"],
    ["null", "null", "it is no JSON object"],
    ["a number", "1", "it is no JSON object"],
    ["a list", "[]", "it is no JSON object"],
    ["a text", '"2027-03-31"', "it is no JSON object"],
    ["a value that is no text", EXCEPTION, "it is no JSON object"],
    ["another key", { ...EXCEPTION, ticket: "A-1" }, 'it has the key "ticket"'],
    ["no owner", { ...EXCEPTION, owner: undefined }, "it names no owner"],
    ["an owner of spaces", { ...EXCEPTION, owner: "  " }, "it names no owner"],
    ["an owner that is a list", { ...EXCEPTION, owner: ["a"] }, "it names no owner"],
    ["no reason", { ...EXCEPTION, reason: undefined }, "it gives no reason"],
    ["an empty reason", { ...EXCEPTION, reason: "" }, "it gives no reason"],
    ["no last day", { ...EXCEPTION, expires: undefined }, "its expires is no date"],
    ["a number for a last day", { ...EXCEPTION, expires: 20270331 }, "its expires is no date"],
    ["an empty last day", { ...EXCEPTION, expires: "" }, "its expires is no date"],
    ["a day that does not exist", { ...EXCEPTION, expires: "2027-02-30" }, "its expires is no date"],
    ["a month that does not exist", { ...EXCEPTION, expires: "2027-13-01" }, "its expires is no date"],
    ["a time beside the day", { ...EXCEPTION, expires: "2027-03-31T00:00:00Z" }, "its expires is no date"],
    ["a year of five digits", { ...EXCEPTION, expires: "12027-03-31" }, "its expires is no date"],
    ["a month of a year of six digits", { ...EXCEPTION, expires: "+012027-03" }, "its expires is no date"],
    ["a month for a last day", { ...EXCEPTION, expires: "2027-03" }, "its expires is no date"],
    ["the day first", { ...EXCEPTION, expires: "31-03-2027" }, "its expires is no date"],
    ["for ever", { ...EXCEPTION, expires: "never" }, "its expires is no date"],
  ])("with %s says so and excepts nothing", (what, value, problem) => {
    const isRaw = typeof value === "string" || what === "a value that is no text";
    const manifest = stating(isRaw ? value : JSON.stringify(value));
    expect(isExcepted(manifest, POLICY)).toBe(false);
    expect(exceptionsOf(manifest)).toEqual([
      {
        type: "malformed",
        policy: POLICY,
        field: expect.objectContaining({ path: `.metadata.annotations["policy-exception/${POLICY}"]` }),
        problem: expect.stringContaining(problem),
      },
    ]);
  });
});

describe("the exceptions of an object", () => {
  it("are all annotations of the prefix, and no others", () => {
    const manifest = annotated({
      "policy-exception/a": JSON.stringify(EXCEPTION),
      "policy-exception/b": UNKNOWN,
      "example.com/policy-exception/c": JSON.stringify(EXCEPTION),
      "policy-exceptions": "x",
    });
    expect(exceptionsOf(manifest)).toEqual([
      { type: "stated", policy: "a", field: expect.anything(), exception: EXCEPTION },
      { type: "unknown", policy: "b", field: expect.anything() },
    ]);
  });

  it.each([undefined, null, {}])("are none where its annotations are %j", (annotations) => {
    expect(exceptionsOf(annotated(annotations))).toEqual([]);
  });
});

describe("a name after the prefix", () => {
  it.each(["pod-require-test", "a-disallow-b", "a-limit-b", "a-b-require-c-d"])(
    "%s can be excepted from",
    (name) => {
      expect(isExceptable(name)).toBe(true);
    },
  );

  it.each([
    "",
    "*",
    "pod-require",
    "require-test",
    "pod-forbid-test",
    "Pod-require-test",
    "pod-require-test-",
    "-pod-require-test",
    "pod--require-test",
    "pod-require-test/x",
    "pod-require-test pod-require-other",
    "exception-require-expiry",
  ])("%j cannot", (name) => {
    expect(isExceptable(name)).toBe(false);
  });
});

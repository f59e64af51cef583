import { describe, expect, it } from "vitest";
import { Field } from "../../../policies/manifests/field.ts";
import { all, isOneOf, isSame, some, type Verdict } from "../../../policies/network/verdict.ts";

const known = (value: unknown) => Field.root({ value }).at("value");
const OPEN_FIELD = Field.root(
  Object.defineProperty({}, "value", {
    enumerable: true,
    get: () => {
      throw new Error("not known yet");
    },
  }),
).at("value");
const OPEN: Verdict = { unknown: OPEN_FIELD };

describe("verdicts", () => {
  it.each<[readonly Verdict[], Verdict]>([
    [[], "yes"],
    [["yes", "yes"], "yes"],
    [["yes", "no"], "no"],
    [["yes", OPEN], OPEN],
    [[OPEN, "no"], "no"],
  ])("hold all of %j: %j", (verdicts, expected) => {
    expect(all(verdicts)).toEqual(expected);
  });

  it.each<[readonly Verdict[], Verdict]>([
    [[], "no"],
    [["no", "no"], "no"],
    [["no", "yes"], "yes"],
    [["no", OPEN], OPEN],
    [[OPEN, "no"], OPEN],
    [[OPEN, "yes"], "yes"],
  ])("hold one of %j: %j", (verdicts, expected) => {
    expect(some(verdicts)).toEqual(expected);
  });

  it("ask for no more than decides", () => {
    expect(
      some(
        (function* (): Generator<Verdict> {
          yield "yes";
          throw new Error("asked for more");
        })(),
      ),
    ).toBe("yes");
  });

  it("compare values, and leave those open that are not known", () => {
    expect(isOneOf(known("a"), "a", "b")).toBe("yes");
    expect(isOneOf(known("c"), "a", "b")).toBe("no");
    expect(isOneOf(OPEN_FIELD, "a")).toEqual(OPEN);
    expect(isSame(known("a"), known("a"))).toBe("yes");
    expect(isSame(known("a"), known("b"))).toBe("no");
    expect(isSame(known(null), known("a"), "a")).toBe("yes");
    expect(isSame(known("a"), known(undefined), "a")).toBe("yes");
    expect(isSame(known("a"), known(undefined), "b")).toBe("no");
    expect(isSame(known("a"), OPEN_FIELD)).toEqual(OPEN);
    expect(isSame(OPEN_FIELD, known("a"))).toEqual(OPEN);
  });
});

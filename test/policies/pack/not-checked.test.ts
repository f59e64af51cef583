import { describe, expect, it } from "vitest";
import { Field } from "../../../policies/manifests/field.ts";
import { type Finding, undecided, violation } from "../../../policies/pack/finding.ts";
import {
  notCheckedPathsOf,
  rethrowUndecided,
  rethrowUndecidedOf,
} from "../../../policies/pack/not-checked.ts";
import { resourceOf, UNKNOWN } from "../judge.ts";

const root = Field.root(resourceOf({ a: UNKNOWN, b: { c: UNKNOWN }, known: 1 }).props);
const [a, c, known] = [root.at("a"), root.at("b", "c"), root.at("known")];

/** The error that was thrown; undefined where there was none. */
function thrownBy(run: () => void): unknown {
  try {
    run();
    return undefined;
  } catch (error) {
    return error;
  }
}

const messageOf = (findings: readonly Finding[]) =>
  (thrownBy(() => rethrowUndecided(findings)) as Error).message;

describe("values that are not known yet", () => {
  it("are handed to the SDK as its own error, with their places", () => {
    const error = thrownBy(() => rethrowUndecided([undecided(a), undecided(c)]));
    expect(error).toBe(a.unknown);
    expect(messageOf([undecided(a), undecided(c)])).toBe(
      "not known before the update: .a, .b.c; the update judges it before it changes anything",
    );
  });

  it("are named once each, and violations not at all", () => {
    expect(messageOf([violation(a, "", ""), undecided(c), undecided(c), violation(known, "", "")])).toContain(
      "update: .b.c; the",
    );
  });

  it("are no reason to throw where there are none, even if a violation stands at one", () => {
    expect(thrownBy(() => rethrowUndecided([]))).toBeUndefined();
    expect(
      thrownBy(() => rethrowUndecided([violation(a, "", ""), violation(known, "", "")])),
    ).toBeUndefined();
  });

  it("are named with their objects where a whole stack was judged", () => {
    const error = thrownBy(() =>
      rethrowUndecidedOf([
        { finding: undecided(a), subject: "Pod one" },
        { finding: undecided(c), subject: "Pod two" },
        { finding: violation(known, "", ""), subject: "Pod three" },
      ]),
    );
    expect(error).toMatchObject({
      message: expect.stringContaining(": Pod one .a, Pod two .b.c; the update"),
    });
    expect(thrownBy(() => rethrowUndecidedOf([]))).toBeUndefined();
  });
});

describe("the places in a message of the engine", () => {
  it.each([
    ["one", [undecided(a)], [".a"]],
    ["two", [undecided(a), undecided(c)], [".a", ".b.c"]],
  ])("are read back: %s", (_, findings, paths) => {
    const message = messageOf(findings);
    expect(notCheckedPathsOf(message)).toEqual(paths);
    expect(notCheckedPathsOf(`can't run policy 'x' during preview: ${message}`)).toEqual(paths);
    expect(notCheckedPathsOf(`${message}.\n`)).toEqual(paths);
  });

  it.each(["", "Pod web, at .spec: it is 1. Write 2.", "; the update judges it before it changes anything"])(
    "are none in %j",
    (message) => {
      expect(notCheckedPathsOf(message)).toBeUndefined();
    },
  );
});

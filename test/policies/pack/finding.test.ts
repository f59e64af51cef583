import { describe, expect, it } from "vitest";
import { Field } from "../../../policies/manifests/field.ts";
import { messageOf, undecided, violation } from "../../../policies/pack/finding.ts";

const ROOT = Field.root({ spec: 1 });

describe("the message of a finding", () => {
  it("has object, place, reason and remedy", () => {
    const finding = violation(ROOT.at("spec"), "it is 1.", "Write 2.");
    expect(messageOf({ finding, subject: "Pod web" })).toBe("Pod web, at .spec: it is 1. Write 2.");
  });

  it("has no place where the whole object is meant", () => {
    const finding = violation(ROOT, "it is there.", "Remove it.");
    expect(messageOf({ finding, subject: "Pod web" })).toBe("Pod web: it is there. Remove it.");
  });

  it("is none where nothing is decided", () => {
    expect(messageOf({ finding: undecided(ROOT), subject: "Pod web" })).toBeUndefined();
  });
});

import { describe, expect, it } from "vitest";
import { Field } from "../../../policies/manifests/field.ts";
import { Quantities } from "../../../policies/stack/quantities.ts";
import { resourceOf, UNKNOWN } from "../judge.ts";

const root = Field.root(
  resourceOf({ cpu: "500m", none: "0", memory: "1Gi", negative: "-1", word: "much", open: UNKNOWN }).props,
);

describe("quantities", () => {
  it.each([
    ["cpu", 0.5],
    ["none", 0],
    ["memory", 2 ** 30],
    ["missing", 0],
  ])("are read from %s, without a finding", (name, amount) => {
    const quantities = new Quantities();
    expect(quantities.read(root.at(name))).toBe(amount);
    expect(quantities.findings).toEqual([]);
  });

  it.each(["negative", "word"])("are not read from %s, which is a violation", (name) => {
    const quantities = new Quantities();
    expect(quantities.read(root.at(name))).toBe(0);
    expect(quantities.findings.map(({ type }) => type)).toEqual(["violation"]);
  });

  it("say what is not known yet", () => {
    const quantities = new Quantities();
    expect([quantities.isOpen(root.at("cpu")), quantities.isOpen(root.at("open"))]).toEqual([false, true]);
    expect(quantities.read(root.at("open"))).toBe(0);
    expect(quantities.findings.map(({ type }) => type)).toEqual(["undecided", "undecided"]);
  });
});

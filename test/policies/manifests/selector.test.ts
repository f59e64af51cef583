import { describe, expect, it } from "vitest";
import { Field } from "../../../policies/manifests/field.ts";
import { type Selection, selects, selectsByLabels } from "../../../policies/manifests/selector.ts";
import { resourceOf, UNKNOWN } from "../judge.ts";

/** As the SDK hands it out: reading an unknown value throws. */
const fieldOf = (value: unknown): Field =>
  Field.root(resourceOf({ value }, { type: "a:b:C" }).props).at("value");

const verdictOf = (selection: Selection): string =>
  typeof selection === "string" ? selection : `unknown ${selection.unknown.path}`;

const LABELS = { app: "agent", tier: "worker", empty: "" };
const selected = (selector: unknown, labels: unknown = LABELS) =>
  verdictOf(selects(fieldOf(selector), fieldOf(labels)));
const byExpression = (expression: object, labels?: unknown) =>
  selected({ matchExpressions: [expression] }, labels);
const byMap = (selector: unknown, labels: unknown = LABELS) =>
  verdictOf(selectsByLabels(fieldOf(selector), fieldOf(labels)));

describe("a label selector", () => {
  it.each([
    ["a missing selector", undefined, "no"],
    ["a selector that is null", null, "no"],
    ["an empty selector", {}, "yes"],
    ["empty requirements", { matchLabels: {}, matchExpressions: [] }, "yes"],
    ["requirements that are null", { matchLabels: null, matchExpressions: null }, "yes"],
    ["a label that is null, which means not stated", { matchLabels: { app: null } }, "yes"],
    ["one label", { matchLabels: { app: "agent" } }, "yes"],
    ["all labels", { matchLabels: LABELS }, "yes"],
    ["an empty label", { matchLabels: { empty: "" } }, "yes"],
    ["another value", { matchLabels: { app: "other" } }, "no"],
    ["one of two labels wrong", { matchLabels: { app: "agent", tier: "other" } }, "no"],
    ["a label that is missing", { matchLabels: { region: "a" } }, "no"],
    [
      "a label right and an expression wrong",
      { matchLabels: { app: "agent" }, matchExpressions: [{ key: "tier", operator: "DoesNotExist" }] },
      "no",
    ],
  ])("with %s", (_, selector, verdict) => {
    expect(selected(selector)).toBe(verdict);
  });

  it.each([
    ["In", "tier", ["web", "worker"], "yes"],
    ["In", "tier", ["web"], "no"],
    ["In", "region", ["a"], "no"],
    ["NotIn", "tier", ["web", "worker"], "no"],
    ["NotIn", "tier", ["web"], "yes"],
    ["NotIn", "region", ["a"], "yes"],
    ["Exists", "tier", undefined, "yes"],
    ["Exists", "empty", undefined, "yes"],
    ["Exists", "region", undefined, "no"],
    ["DoesNotExist", "tier", null, "no"],
    ["DoesNotExist", "region", null, "yes"],
  ])("that says %s of %s with the values %j", (operator, key, values, verdict) => {
    expect(byExpression({ key, operator, values })).toBe(verdict);
  });

  it.each([
    ["the selector", UNKNOWN, LABELS, "unknown .value"],
    ["the labels", { matchLabels: { app: "agent" } }, UNKNOWN, "unknown .value"],
    ["matchLabels", { matchLabels: UNKNOWN }, LABELS, "unknown .value.matchLabels"],
    ["matchExpressions", { matchExpressions: UNKNOWN }, LABELS, "unknown .value.matchExpressions"],
    ["a wanted value", { matchLabels: { app: UNKNOWN } }, LABELS, "unknown .value.matchLabels.app"],
    ["a label", { matchLabels: { app: "agent" } }, { app: UNKNOWN }, "unknown .value.app"],
  ])("cannot tell while %s is not known", (_, selector, labels, verdict) => {
    expect(selected(selector, labels)).toBe(verdict);
  });

  it.each([
    ["a key", { key: UNKNOWN, operator: "Exists" }, LABELS, "key"],
    ["an operator", { key: "app", operator: UNKNOWN }, LABELS, "operator"],
    ["the values", { key: "app", operator: "In", values: UNKNOWN }, LABELS, "values"],
    ["a value", { key: "app", operator: "NotIn", values: ["other", UNKNOWN] }, LABELS, "values[1]"],
  ])("cannot tell while %s of an expression is not known", (_, expression, labels, place) => {
    expect(byExpression(expression, labels)).toBe(`unknown .value.matchExpressions[0].${place}`);
  });

  it("cannot tell by what is known beside it", () => {
    expect(selected({ matchLabels: { app: "agent", tier: UNKNOWN } })).toBe(
      "unknown .value.matchLabels.tier",
    );
    expect(byMap({ app: "agent", tier: UNKNOWN })).toBe("unknown .value.tier");
  });

  it("needs no value where another one decides", () => {
    expect(selected({ matchLabels: { app: "other", tier: UNKNOWN } })).toBe("no");
    expect(byExpression({ key: "app", operator: "In", values: [UNKNOWN, "agent"] })).toBe("yes");
    expect(byExpression({ key: "region", operator: "In", values: [UNKNOWN] })).toBe("no");
    expect(selected({}, UNKNOWN)).toBe("yes");
  });

  it("cannot tell of a label that is not known whether it exists", () => {
    expect(byExpression({ key: "app", operator: "Exists" }, { app: UNKNOWN })).toBe("unknown .value.app");
  });

  it.each([
    ["a number for a label", { matchLabels: { app: 1 } }, "expected a text, got 1"],
    ["a text for the labels", { matchLabels: "app" }, "expected an object"],
    ["a map of expressions", { matchExpressions: {} }, "expected a list"],
    [
      "an unknown operator",
      { matchExpressions: [{ key: "app", operator: "Gt" }] },
      'got "Gt", not one of In',
    ],
    ["no operator", { matchExpressions: [{ key: "app" }] }, "not one of In"],
    ["no key", { matchExpressions: [{ operator: "Exists" }] }, "key: expected a text"],
    ["In without values", { matchExpressions: [{ key: "app", operator: "In" }] }, "need values"],
    ["NotIn with an empty list", { matchExpressions: [{ key: "a", operator: "NotIn", values: [] }] }, "need"],
    [
      "a number among the values",
      { matchExpressions: [{ key: "app", operator: "In", values: [1] }] },
      "text",
    ],
  ])("is refused with %s", (_, selector, message) => {
    expect(() => selected(selector)).toThrow(message);
  });
});

describe("a plain map of labels", () => {
  it.each([
    ["a missing one", undefined, "no"],
    ["null", null, "no"],
    ["an empty one", {}, "no"],
    ["only a label that is null", { app: null }, "no"],
    ["one label", { app: "agent" }, "yes"],
    ["one right and one null", { app: "agent", tier: null }, "yes"],
    ["two labels", { app: "agent", tier: "worker" }, "yes"],
    ["one of two wrong", { app: "agent", tier: "other" }, "no"],
    ["a label that is missing", { region: "a" }, "no"],
  ])("as a selector: %s", (_, selector, verdict) => {
    expect(byMap(selector)).toBe(verdict);
  });

  it.each([
    ["it", UNKNOWN, LABELS, "unknown .value"],
    ["a wanted value", { app: UNKNOWN }, LABELS, "unknown .value.app"],
    ["a label", { app: "agent" }, { app: UNKNOWN }, "unknown .value.app"],
    ["the labels", { app: "agent" }, UNKNOWN, "unknown .value"],
  ])("cannot tell while %s is not known", (_, selector, labels, verdict) => {
    expect(byMap(selector, labels)).toBe(verdict);
  });

  it("is refused where a label is no text", () => {
    expect(() => byMap({ app: true })).toThrow("expected a text, got true");
    expect(() => byMap("app")).toThrow("expected an object");
  });
});

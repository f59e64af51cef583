import { expect, it } from "vitest";
import { settingsOf } from "../../../policies/pack/facts.ts";
import { FACTS } from "./subjects.ts";

const facts = {
  ...FACTS,
  name: "pod-limit-test",
  parameters: {
    most: { type: "number", default: 3, description: "The most." },
    names: { type: "array", default: ["a"], description: "Names." },
  },
} as const;

it.each([
  ["the defaults where nothing is configured", {}, { most: 3, names: ["a"] }],
  ["what is configured, beside the other defaults", { most: 0 }, { most: 0, names: ["a"] }],
  ["a list that is configured, in place of the default", { names: [] }, { most: 3, names: [] }],
])("the settings of a policy are %s", (_, configured, expected) => {
  expect(settingsOf<{ most: number; names: readonly string[] }>(facts, configured)).toEqual(expected);
});

it("the defaults of a policy are put together once", () => {
  let readings = 0;
  const parameters = {
    get most() {
      readings++;
      return { type: "number", default: 3, description: "The most." } as const;
    },
  };
  const counted = { ...FACTS, name: "pod-limit-test", parameters };
  expect(settingsOf<{ most: number }>(counted, {})).toEqual({ most: 3 });
  expect(settingsOf<{ most: number }>(counted, { most: 4 })).toEqual({ most: 4 });
  expect(settingsOf<{ most: number }>(counted, {})).toEqual({ most: 3 });
  expect(readings).toBe(1);
});

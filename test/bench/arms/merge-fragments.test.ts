import { describe, expect, it } from "vitest";
import { fragmentsOf, mergeFragments } from "../../../bench/arms/merge-fragments.ts";
import { BASE, FEATURES } from "../../../bench/arms/our-features.ts";

describe("mergeFragments", () => {
  it("merges trees and replaces lists and plain values", () => {
    const merged = mergeFragments([
      {
        env: { A: "1", B: "1" },
        config: { limits: { key: { rpm: 1, tpm: 2 } }, scopes: ["a", "b"] },
        files: { "a.cedar": "" },
      },
      {
        env: { B: "2" },
        config: { limits: { key: { rpm: 9 } }, scopes: ["c"] },
        files: { "a.cedar": "later" },
      },
    ]);
    expect(merged).toEqual({
      env: { A: "1", B: "2" },
      config: { limits: { key: { rpm: 9, tpm: 2 } }, scopes: ["c"] },
      files: { "a.cedar": "later" },
    });
  });

  it("makes of nothing an empty configuration", () => {
    expect(mergeFragments([])).toEqual({ env: {}, config: {}, files: {} });
  });
});

describe("fragmentsOf", () => {
  const base = { env: { BASE: "yes" } };
  const features = [
    { name: "cache", on: { config: { cache: true } }, off: { config: { cache: false } } },
    { name: "log", on: { env: { LOG: "on" } }, off: { env: { LOG: "off" } } },
  ];

  it("switches everything on", () => {
    expect(fragmentsOf(base, features)).toMatchObject({
      env: { BASE: "yes", LOG: "on" },
      config: { cache: true },
    });
  });

  it("switches off the one that is named", () => {
    expect(fragmentsOf(base, features, "log")).toMatchObject({
      env: { BASE: "yes", LOG: "off" },
      config: { cache: true },
    });
  });
});

describe("the features of our gateway", () => {
  it("have names of their own, and each one changes something when it is switched off", () => {
    expect(new Set(FEATURES.map(({ name }) => name)).size).toBe(FEATURES.length);
    for (const { name } of FEATURES) {
      expect(fragmentsOf(BASE, FEATURES, name)).not.toEqual(fragmentsOf(BASE, FEATURES));
    }
  });
});

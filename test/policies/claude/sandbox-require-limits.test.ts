import { describe, expect, it } from "vitest";
import { sandboxRequireLimits } from "../../../policies/claude/sandbox-require-limits.ts";
import { judge } from "../judge.ts";
import { gatewayRules } from "./objects.ts";

const WHOLE = { memoryMiB: 512, fuel: 10_000_000_000, wallClockSeconds: 300, imports: ["log"] };
const run = (changes: object, config = {}) =>
  judge(sandboxRequireLimits, gatewayRules({ sandboxes: { review: { ...WHOLE, ...changes } } }), { config });

describe("sandbox-require-limits", () => {
  it.each([
    ["the highest limits", {}],
    ["low limits", { memoryMiB: 1, fuel: 1, wallClockSeconds: 0.1 }],
    ["no imports", { imports: [] }],
  ])("allows %s", async (_, changes) => {
    expect(await run(changes)).toEqual({ violations: [], undecided: undefined });
  });

  it.each([undefined, null, {}])("says nothing where there is no sandbox: %j", async (sandboxes) => {
    expect((await judge(sandboxRequireLimits, gatewayRules({ sandboxes }))).violations).toEqual([]);
  });

  it.each([
    [
      "no bound of memory",
      { memoryMiB: null },
      "the sandbox review has no memoryMiB. Write a number above 0 and up to 512.",
    ],
    ["too much memory", { memoryMiB: 513 }, "has the memoryMiB 513."],
    ["memory as text", { memoryMiB: "128" }, 'has the memoryMiB "128".'],
    ["no fuel", { fuel: 0 }, "has the fuel 0."],
    ["fuel without end", { fuel: -1 }, "has the fuel -1. Write a number above 0 and up to 10000000000."],
    [
      "too long",
      { wallClockSeconds: 301 },
      "has the wallClockSeconds 301. Write a number above 0 and up to 300.",
    ],
    [
      "no list of imports",
      { imports: null },
      "has no list of imports. Write memoryMiB, fuel, wallClockSeconds and the list",
    ],
    [
      "every import",
      { imports: ["log", "wasi:*"] },
      'imports[1]: the sandbox review may import "wasi:*", which names nothing.',
    ],
    ["any letter", { imports: ["?"] }, 'may import "?"'],
    ["an empty import", { imports: [""] }, 'may import ""'],
    ["an import that is no text", { imports: [5] }, "may import 5"],
  ])("refuses %s", async (_, changes, words) => {
    expect((await run(changes)).violations).toEqual([expect.stringContaining(words)]);
  });

  it("refuses a sandbox that says nothing, four times", async () => {
    expect(
      (await judge(sandboxRequireLimits, gatewayRules({ sandboxes: { review: null } }))).violations,
    ).toHaveLength(4);
  });

  it.each([
    ["a list of sandboxes", [WHOLE]],
    ["a text", "none"],
    ["a sandbox that is text", { review: "none" }],
    ["imports that are text", { review: { ...WHOLE, imports: "log" } }],
  ])("fails closed over %s", async (_, sandboxes) => {
    await expect(judge(sandboxRequireLimits, gatewayRules({ sandboxes }))).rejects.toThrow("could not judge");
  });

  it("takes other limits from the configuration", async () => {
    const config = { maxMemoryMiB: 1024, maxFuel: 1, maxWallClockSeconds: 600 };
    expect((await run({ memoryMiB: 1024, fuel: 1, wallClockSeconds: 600 }, config)).violations).toEqual([]);
    expect((await run({ memoryMiB: 1025, fuel: 2, wallClockSeconds: 601 }, config)).violations).toHaveLength(
      3,
    );
  });
});

import { describe, expect, it } from "vitest";
import { turnLimitDuration } from "../../../policies/claude/turn-limit-duration.ts";
import { judge, UNKNOWN } from "../judge.ts";
import { deployment, EVERY_PLACE, podSpecWith } from "../workloads.ts";
import { configMap, turnOf } from "./objects.ts";

const judgeTurn = (value: unknown, config = {}) =>
  judge(turnLimitDuration, configMap({ MAX_TURN_SECONDS: value }), { config });

describe("turn-limit-duration", () => {
  it.each(["1", "600", "3600", "", null, undefined])("allows %j", async (value) => {
    expect(await judgeTurn(value)).toEqual({ violations: [], undecided: undefined });
  });

  it.each([
    [
      "3601",
      "a turn may take 3601 s, which is not between 1 s and 3600 s. Write MAX_TURN_SECONDS from 1 to 3600.",
    ],
    ["0", "a turn may take 0 s"],
    [
      "10m",
      'MAX_TURN_SECONDS is "10m", which is no whole number of seconds. Write it as text of digits, for example "600".',
    ],
    ["-1", "no whole number"],
    ["1.5", "no whole number"],
    ["1e3", "no whole number"],
    [600, "MAX_TURN_SECONDS is 600, which is no whole number"],
    [["600"], "no whole number"],
  ])("refuses %j", async (value, reason) => {
    expect((await judgeTurn(value)).violations).toEqual([expect.stringContaining(reason)]);
  });

  it.each(EVERY_PLACE)("finds it in $list of a $kind", async ({ build, list }) => {
    const { violations } = await judge(turnLimitDuration, build(podSpecWith(list, turnOf("86400"))));
    expect(violations).toEqual([expect.stringContaining("env[0].value: a turn may take 86400 s")]);
  });

  it("takes another limit from the configuration", async () => {
    expect((await judgeTurn("900", { maximumSeconds: 900 })).violations).toEqual([]);
    expect((await judgeTurn("900", { maximumSeconds: 899 })).violations).toHaveLength(1);
    // What the runtime takes where nothing is stated is another policy's business.
    expect((await judgeTurn("", { maximumSeconds: 60 })).violations).toHaveLength(1);
    expect((await judgeTurn(null, { maximumSeconds: 60 })).violations).toEqual([]);
  });

  it("says nothing about other variables", async () => {
    const object = configMap({ IDLE_TIMEOUT_SECONDS: "86400" });
    expect((await judge(turnLimitDuration, object)).violations).toEqual([]);
  });

  it.each([
    ["the data", configMap(UNKNOWN)],
    ["the value", configMap({ MAX_TURN_SECONDS: UNKNOWN })],
    ["the value in a pod", deployment(podSpecWith("containers", turnOf(UNKNOWN)))],
    ["a name", deployment(podSpecWith("containers", { env: [{ name: UNKNOWN, value: "1" }] }))],
  ])("is undecided while %s is not known", async (_, object) => {
    const { violations, undecided } = await judge(turnLimitDuration, object);
    expect(violations).toEqual([]);
    expect(undecided).toBeDefined();
  });

  it("names no variable but the one whose name is not known", async () => {
    const env = ["OTHER", UNKNOWN].map((name) => ({ name, value: "1" }));
    const { undecided } = await judge(turnLimitDuration, deployment(podSpecWith("containers", { env })));
    expect(undecided).toContain("update: .spec.template.spec.containers[1].env[1].name; the update");
  });
});

import { describe, expect, it } from "vitest";
import { podRequireGracePeriod } from "../../../policies/workloads/pod-require-grace-period.ts";
import { judge, UNKNOWN } from "../judge.ts";
import { CONTAINER, deployment, EVERY_PLACE, POD_SPEC, podSpecWith, WORKLOAD_KINDS } from "../workloads.ts";

/** Judges a pod of one container with this grace period and what happens before the stop. */
const judgeStop = (terminationGracePeriodSeconds: unknown, preStop: unknown, config = {}) => {
  const containers = [{ ...CONTAINER, lifecycle: { preStop } }];
  return judge(podRequireGracePeriod, deployment({ terminationGracePeriodSeconds, containers }), { config });
};
const sleep = (seconds: unknown) => ({ sleep: { seconds } });
const exec = (...command: unknown[]) => ({ exec: { command } });

describe("pod-require-grace-period", () => {
  it.each(WORKLOAD_KINDS)("allows a $kind with time for its stop", async ({ build }) => {
    const judgement = await judge(podRequireGracePeriod, build(POD_SPEC));
    expect(judgement).toEqual({ violations: [], undecided: undefined });
  });

  it.each(EVERY_PLACE)("refuses too long a sleep in $list of a $kind (faults 21 and 22)", async (place) => {
    const podSpec = podSpecWith(place.list, { lifecycle: { preStop: sleep(46) } });
    expect((await judge(podRequireGracePeriod, place.build(podSpec))).violations).toEqual([
      expect.stringContaining(
        "the grace period is 60 s, and the longest preStop sleep of 46 s with a margin of 15 s needs 61 s.",
      ),
    ]);
  });

  it.each([
    ["no sleep and nothing said", undefined, undefined],
    ["a sleep that fits into the default", null, sleep(15)],
    ["a sleep that just fits", 60, sleep(45)],
    ["no sleep and the margin alone", 15, null],
    ["the longest period", 900, sleep(5)],
    ["a command that does not sleep", 30, exec("stop", "--now")],
    ["a word that only ends like it", 30, exec("sh", "-c", "nosleep 60; sleepy 60; sleep-for 60")],
    ["a word that only begins like an amount", 30, exec("sleep", "60x infinite")],
    ["a request", 30, { httpGet: { path: "/stop", port: 80 } }],
  ])("allows %s", async (_, grace, preStop) => {
    expect(await judgeStop(grace, preStop)).toEqual({ violations: [], undecided: undefined });
  });

  it.each([
    ["no time", 0, undefined, "is 0 s, and"],
    [
      "less than the margin",
      14,
      undefined,
      "the longest preStop sleep of 0 s with a margin of 15 s needs 15 s.",
    ],
    ["a sleep beyond the default", undefined, sleep(16), "is not set, which means 30 s, and"],
    ["a sleep as a command", 30, exec("sleep", "16"), "sleep of 16 s"],
    ["a sleep by its path", 30, exec("/bin/sleep  16s"), "sleep of 16 s"],
    ["minutes in a shell", 60, exec("sh", "-c", "sleep 1m; stop"), "sleep of 60 s"],
    ["hours and days", 900, exec("sleep 1h && sleep 1d"), "sleep of 90000 s"],
    ["several amounts", 60, exec("sleep", "30s", "", ".50m"), "sleep of 60 s"],
    ["an amount in quotation marks", 30, exec("sh", "-c", "sleep \"16\"; sleep '1'"), "sleep of 17 s"],
    ["a sleep without end", 900, exec("sleep", "infinity"), "is 900 s, and a preStop hook sleeps for ever."],
    ["a short word for it", 900, exec("sh", "-c", "stop && sleep inf"), "sleeps for ever."],
    ["two sleeps in a row", 30, exec("sh", "-c", "sleep 8;sleep 8.25"), "sleep of 16.25 s"],
    ["more than the longest period", 901, undefined, "is 901 s; allowed: up to 900 s."],
    ["a text", "60", undefined, 'terminationGracePeriodSeconds is "60", which is no whole number.'],
    ["half a second", 60.5, undefined, "is 60.5, which is no whole number."],
    [
      "a sleep as text",
      60,
      sleep("5"),
      'the preStop sleep of container "main" is "5", which is no whole number.',
    ],
  ])("refuses %s", async (_, grace, preStop, reason) => {
    expect((await judgeStop(grace, preStop)).violations).toEqual([expect.stringContaining(reason)]);
  });

  it("counts the longest of several containers", async () => {
    const containers = [sleep(50), sleep(5)].map((preStop) => ({ ...CONTAINER, lifecycle: { preStop } }));
    const { violations } = await judge(podRequireGracePeriod, deployment({ ...POD_SPEC, containers }));
    expect(violations).toEqual([expect.stringContaining("longest preStop sleep of 50 s")]);
  });

  it.each(["startupProbe", "livenessProbe"])("refuses too long a period of a %s of its own", async (name) => {
    const judgeOwn = (own: unknown, pod: object = {}, config = {}) => {
      const probe = { [name]: { ...CONTAINER.livenessProbe, terminationGracePeriodSeconds: own } };
      const podSpec = { ...podSpecWith("containers", probe), ...pod };
      return judge(podRequireGracePeriod, deployment(podSpec), { config });
    };
    for (const own of [null, 1, 900]) {
      expect(await judgeOwn(own)).toEqual({ violations: [], undecided: undefined });
    }
    const words = `terminationGracePeriodSeconds of the ${name} of container "changed" is 901`;
    expect((await judgeOwn(901)).violations).toEqual([
      expect.stringContaining(`${words} s; allowed: up to 900 s.`),
    ]);
    expect((await judgeOwn(901, {}, { maxSeconds: 901 })).violations).toEqual([]);
    expect((await judgeOwn("901")).violations).toEqual([expect.stringContaining("which is no whole number")]);
    expect((await judgeOwn(UNKNOWN)).undecided).toContain(`.${name}.terminationGracePeriodSeconds;`);
    for (const grace of [901, 5, "60"]) {
      expect((await judgeOwn(901, { terminationGracePeriodSeconds: grace })).violations).toHaveLength(2);
    }
  });

  it("takes margin and longest period from the configuration", async () => {
    expect((await judgeStop(30, sleep(20), { marginSeconds: 10 })).violations).toEqual([]);
    expect((await judgeStop(30, sleep(20), { marginSeconds: 11 })).violations).toHaveLength(1);
    expect((await judgeStop(3620, sleep(5), { maxSeconds: 3620 })).violations).toEqual([]);
    expect((await judgeStop(60, sleep(5), { maxSeconds: 59 })).violations).toHaveLength(1);
  });

  it("fails closed where a command is no list", async () => {
    await expect(judgeStop(60, { exec: { command: "sleep 5" } })).rejects.toThrow("expected a list");
  });

  it.each([
    ["the period", UNKNOWN, sleep(5), ".spec.template.spec.terminationGracePeriodSeconds;"],
    ["a sleep", 60, sleep(UNKNOWN), ".lifecycle.preStop.sleep.seconds;"],
    ["a word of a command", 60, exec("sleep", UNKNOWN), "[0].lifecycle.preStop.exec.command[1];"],
  ])("leaves %s that is not known yet undecided", async (_, grace, preStop, path) => {
    const { violations, undecided } = await judgeStop(grace, preStop);
    expect(violations).toEqual([]);
    expect(undecided).toContain(path);
    expect(undecided).not.toContain(", .spec");
  });

  it("does not wait for a sleep where the period is wrong already", async () => {
    for (const grace of [901, 14]) {
      const { violations, undecided } = await judgeStop(grace, sleep(UNKNOWN));
      expect(violations).toHaveLength(1);
      expect(undecided).toBeUndefined();
    }
  });
});

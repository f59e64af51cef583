import { describe, expect, it } from "vitest";
import { valkeyRequireNoEviction } from "../../../policies/data/valkey-require-no-eviction.ts";
import { judge, UNKNOWN } from "../judge.ts";
import { configMap, ownFile, statefulSet } from "./configurations.ts";

const conf = (text: string) => judge(valkeyRequireNoEviction, configMap({ "valkey.conf": text }));

describe("valkey-require-no-eviction", () => {
  it.each([
    ["noeviction", "maxmemory-policy noeviction\n"],
    ["the default", "maxmemory 1gb\n"],
    ["noeviction as the last word", "maxmemory-policy allkeys-lru\nmaxmemory-policy noeviction\n"],
    ["a Sentinel, which holds nothing", "sentinel monitor main a 6379 2\nmaxmemory-policy allkeys-lru\n"],
  ])("allows %s", async (_, text) => {
    expect(await conf(text)).toEqual({ violations: [], undecided: undefined });
  });

  it.each(["allkeys-lru", "volatile-ttl", "allkeys-random", "$POLICY"])("refuses %s", async (policy) => {
    expect((await conf(`maxmemory-policy ${policy}\n`)).violations).toEqual([
      expect.stringContaining(`its maxmemory-policy is "${policy}" in place of noeviction.`),
    ]);
  });

  it("reads arguments, also beside one that is not known yet", async () => {
    const command = ["valkey-server", "--maxmemory-policy", "allkeys-lru", "--port", UNKNOWN];
    const { violations, undecided } = await judge(valkeyRequireNoEviction, statefulSet({ command }));
    expect(violations).toHaveLength(1);
    expect(undecided).toContain(".command[4]");
  });

  it("allows our own servers", async () => {
    const object = configMap({ "start-valkey.sh": ownFile("valkey/start-valkey.sh") });
    expect((await judge(valkeyRequireNoEviction, object)).violations).toEqual([]);
  });
});

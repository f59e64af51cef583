import { describe, expect, it } from "vitest";
import { valkeyRequireNoEviction } from "../../../policies/data/valkey-require-no-eviction.ts";
import { judge, UNKNOWN } from "../judge.ts";
import { configMap, ownFile, statefulSet } from "./configurations.ts";

const conf = (text: string) => judge(valkeyRequireNoEviction, configMap({ "valkey.conf": text }));

const FLAGS = "--maxmemory-policy allkeys-lru";

describe("valkey-require-no-eviction", () => {
  it.each([
    ["noeviction", "maxmemory-policy noeviction\n"],
    ["the default", "maxmemory 1gb\n"],
    ["noeviction in any letters", "maxmemory-policy NoEviction\n"],
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

  it.each([
    [
      "flags of Valkey's image",
      { image: "valkey/valkey:9", env: [{ name: "VALKEY_EXTRA_FLAGS", value: FLAGS }] },
    ],
    [
      "flags of an image of Redis",
      { image: "redis-stack-server:7", env: [{ name: "REDIS_ARGS", value: FLAGS }] },
    ],
    [
      "flags of Bitnami's image",
      { image: "bitnami/redis:8", env: [{ name: "REDIS_EXTRA_FLAGS", value: FLAGS }] },
    ],
    [
      "flags after a command",
      { image: "redis:8", command: ["redis-server"], env: [{ name: "REDIS_ARGS", value: FLAGS }] },
    ],
    [
      "a hook",
      {
        lifecycle: {
          postStart: {
            exec: { command: ["sh", "-c", "valkey-cli config set maxmemory-policy allkeys-lru"] },
          },
        },
      },
    ],
    [
      "a hook before the end",
      {
        lifecycle: {
          preStop: { exec: { command: ["valkey-cli", "config", "set", "maxmemory-policy", "allkeys-lru"] } },
        },
      },
    ],
  ])("refuses eviction by %s", async (_, container) => {
    const { violations } = await judge(valkeyRequireNoEviction, statefulSet(container));
    expect(violations).toEqual([expect.stringContaining('its maxmemory-policy is "allkeys-lru"')]);
  });

  it.each(["startupProbe", "livenessProbe", "readinessProbe"])("refuses eviction by a %s", async (probe) => {
    const command = ["valkey-cli", "config", "set", "maxmemory-policy", "allkeys-lru"];
    const container = { [probe]: { exec: { command } } };
    expect((await judge(valkeyRequireNoEviction, statefulSet(container))).violations).toHaveLength(1);
  });

  it.each([
    ["change", ["valkey-cli", "config", "set", "maxmemory-policy", UNKNOWN], ".command[4]"],
    ["user", ["valkey-cli", "ACL", "SETUSER", "app", UNKNOWN], ".command[4]"],
    ["other command", ["valkey-cli", "get", UNKNOWN], undefined],
  ])("waits for the words of a %s only where they count", async (_, command, place) => {
    const container = { lifecycle: { postStart: { exec: { command } } } };
    const { violations, undecided } = await judge(valkeyRequireNoEviction, statefulSet(container));
    expect(violations).toEqual([]);
    expect(undecided).toEqual(place && expect.stringContaining(place));
  });

  it.each([
    ["flags of a ConfigMap that becomes variables", configMap({ VALKEY_EXTRA_FLAGS: FLAGS })],
    ["a file that another includes", configMap({ "extra.conf": "maxmemory-policy allkeys-lru\n" })],
    ["a script", configMap({ "start.sh": "valkey-cli config set maxmemory-policy allkeys-lru\n" })],
  ])("refuses eviction by %s", async (_, object) => {
    expect((await judge(valkeyRequireNoEviction, object)).violations).toHaveLength(1);
  });

  it("allows our own servers", async () => {
    const object = configMap({ "start-valkey.sh": ownFile("valkey/start-valkey.sh") });
    expect((await judge(valkeyRequireNoEviction, object)).violations).toEqual([]);
  });

  it.each([
    ["a Sentinel", { command: ["redis-sentinel", FLAGS] }],
    [
      "a Sentinel by its path",
      { command: ["/usr/bin/valkey-sentinel", "--maxmemory-policy", "allkeys-lru"] },
    ],
    [
      "a client in the server's image",
      { image: "valkey:9", args: ["valkey-cli", "--maxmemory-policy", "allkeys-lru"] },
    ],
    [
      "variables of other names",
      {
        image: "bitnami/redis:8",
        env: [
          { name: "MY_REDIS_ARGS", value: FLAGS },
          { name: "REDIS_ARGS_2", value: FLAGS },
        ],
      },
    ],
  ])("says nothing of %s", async (_, container) => {
    expect(await judge(valkeyRequireNoEviction, statefulSet(container))).toEqual({
      violations: [],
      undecided: undefined,
    });
  });

  it("reads flags behind a file for the image's own start, and waits for those it does not know", async () => {
    const args = ["/conf/valkey.conf", "--maxmemory-policy", "allkeys-lru", "--port", UNKNOWN];
    const { violations, undecided } = await judge(
      valkeyRequireNoEviction,
      statefulSet({ image: "valkey:9", args }),
    );
    expect(violations).toHaveLength(1);
    expect(undecided).toContain(".args[4]");
    expect(undecided).not.toContain(".args[3]");
  });
});

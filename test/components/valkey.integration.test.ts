import { afterAll, beforeAll, describe, expect, onTestFailed, test, vi } from "vitest";
import type { AcceptedPasswords } from "../../components/valkey/access-lists.ts";
import { ensureProgram } from "../setup/apt.ts";
import { type Part, type Pod, passwordOf, ValkeyPods } from "./valkey-pods.ts";
import { waitUntilSettled as settledMaster } from "./valkey-settled.ts";

/** From the loss of a master to the first write that its successor takes. */
const FAILOVER_MS = 15_000;
/** Sentinels put a second failover off until 20 s after the first. */
const SECOND_FAILOVER_MS = 20_000 + FAILOVER_MS;

let pods: ValkeyPods;

function within<T>(timeout: number, check: () => Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout, interval: 100 });
}

function othersThan(pod: Pod): Pod[] {
  return pods.pods.filter((other) => other !== pod);
}

async function waitUntilSettled(): Promise<Pod> {
  return await settledMaster(pods);
}

/** Writes once a replica has confirmed it. */
async function write(master: Pod, key: string): Promise<void> {
  expect(await pods.ask(master, "valkey", "set", key, "kept")).toBe("OK");
  await within(5000, async () => {
    for (const pod of othersThan(master)) expect(await pods.ask(pod, "valkey", "get", key)).toBe("kept");
  });
}

/** Waits until the Sentinels of the others have put one of them in the place of a lost master; returns it. */
async function waitForSuccessor(lost: Pod, timeoutMs: number): Promise<Pod> {
  return await within(timeoutMs, async () => {
    const [first, second] = await Promise.all(othersThan(lost).map((pod) => pods.masterSeenBy(pod)));
    if (first === undefined || first === lost || first !== second) throw new Error("no successor yet");
    expect(await pods.ask(first, "valkey", "set", "after-failover", "taken")).toBe("OK");
    return first;
  });
}

beforeAll(async () => {
  await ensureProgram("redis-server", "redis-server");
  pods = new ValkeyPods();
  pods.startAll();
});

afterAll(async () => {
  await pods.stop();
});

describe("three pods with a server and a Sentinel each", { timeout: 180_000 }, () => {
  test("the first one begins as master, the others replicate from it", async () => {
    onTestFailed(() => console.error(pods.log));
    expect(await waitUntilSettled()).toBe(0);
    await write(0, "first");
  });

  test("nobody gets in without the password", async () => {
    const master = await waitUntilSettled();
    const anonymous = await pods.ask(master, "valkey", "--no-auth-warning", "-a", "wrong", "get", "first");
    expect(anonymous).toMatch(/NOAUTH|WRONGPASS/);
  });

  test("nothing was refused to replicas, Sentinels and probes, while a server remembers what was", async () => {
    const master = await waitUntilSettled();
    const app = { user: "app", password: passwordOf("app") };
    await pods.askAs(app, master, "valkey", "get", "elsewhere");
    expect(await pods.refusedTo("app", master, "valkey")).toContain("key elsewhere");
    for (const pod of pods.pods) {
      for (const part of ["valkey", "sentinel"] as const) {
        expect([part, await pods.refusedTo("internal", pod, part)]).toEqual([part, []]);
      }
    }
  });

  test.each<[keyof AcceptedPasswords, Part, string]>([
    ["app", "valkey", "set elsewhere x"],
    ["app", "valkey", "get elsewhere"],
    ["app", "valkey", "publish elsewhere x"],
    ["app", "valkey", "flushall"],
    ["app", "valkey", "config get requirepass"],
    ["app", "valkey", "client kill type normal"],
    ["app", "valkey", "shutdown nosave"],
    ["app", "valkey", "replicaof no one"],
    ["app", "valkey", "acl list"],
    ["app", "valkey", "keys *"],
    ["app", "valkey", "eval redis.call('flushall') 0"],
    ["app", "sentinel", "sentinel failover main"],
    ["app", "sentinel", "sentinel set main quorum 1"],
    ["app", "sentinel", "shutdown"],
    ["internal", "valkey", "get {claude-agents}:table:switches"],
    ["internal", "valkey", "flushall"],
    ["internal", "valkey", "acl list"],
    ["internal", "valkey", "config set maxmemory 0"],
    ["internal", "valkey", "shutdown nosave"],
    ["internal", "sentinel", "sentinel remove main"],
    ["exporter", "valkey", "config get *"],
    ["exporter", "valkey", "get {claude-agents}:table:switches"],
    ["exporter", "valkey", "client list"],
    ["exporter", "valkey", "eval return(1) 0"],
    ["exporter", "sentinel", "ping"],
  ])("%s may not ask a %s: %s", async (user, part, command) => {
    const identity = { user, password: passwordOf(user) };
    const answer = await pods.askAs(identity, await waitUntilSettled(), part, ...command.split(" "));
    expect(answer).toMatch(/NOPERM|NOAUTH|can't run this command/);
  });

  test.each<[keyof AcceptedPasswords, string, RegExp]>([
    ["app", "set {claude-agents}:cache:x y px 1000", /^OK$/],
    ["internal", "set probe:1 x", /^OK$/],
    ["exporter", "info all", /redis_version/],
    ["exporter", "slowlog len", /^\d+$/],
    ["exporter", "latency latest", /^$/],
    ["exporter", "latency histogram", /calls/],
  ])("%s may ask a server: %s", async (user, command, answer) => {
    const identity = { user, password: passwordOf(user) };
    expect(await pods.askAs(identity, await waitUntilSettled(), "valkey", ...command.split(" "))).toMatch(
      answer,
    );
  });

  test("no password stands in the arguments of a process or, readable for others, in a file", async () => {
    await waitUntilSettled();
    expect(pods.commandLines()).toHaveLength(6);
    for (const line of pods.commandLines()) expect(line).not.toMatch(/password/);
    expect(pods.configFiles()).toHaveLength(15);
    for (const { mode, file } of pods.configFiles()) expect([file, mode & 0o077]).toEqual([file, 0]);
  });

  test("nothing is evicted when memory is full", async () => {
    const master = await waitUntilSettled();
    expect(await pods.ask(master, "valkey", "config", "get", "maxmemory")).toBe("maxmemory\n16777216");
    expect(await pods.ask(master, "valkey", "config", "get", "maxmemory-policy")).toBe(
      "maxmemory-policy\nnoeviction",
    );
  });

  test("every probe passes on a healthy pod and fails on a dead one", async () => {
    const master = await waitUntilSettled();
    const [replica] = othersThan(master);
    if (replica === undefined) throw new Error("no replica");
    for (const check of ["server-alive", "server-ready", "sentinel-alive"]) {
      expect([check, await pods.probe(replica, check)]).toEqual([check, true]);
    }
    await pods.killPod(replica);
    for (const check of ["server-alive", "server-ready", "sentinel-alive"]) {
      expect([check, await pods.probe(replica, check)]).toEqual([check, false]);
    }
    pods.start(replica);
    await waitUntilSettled();
  });

  test("fault 63: a master whose process is killed is replaced, and comes back as replica", async () => {
    onTestFailed(() => console.error(pods.log));
    const lost = await waitUntilSettled();
    await write(lost, "before-kill");
    await pods.kill(lost, "valkey");
    pods.startPart(lost, "valkey");
    const successor = await waitForSuccessor(lost, FAILOVER_MS);
    expect(await pods.ask(successor, "valkey", "get", "before-kill")).toBe("kept");
    expect(await waitUntilSettled()).toBe(successor);
  });

  test("fault 64: a master that comes back without its volume takes the data of the others", async () => {
    onTestFailed(() => console.error(pods.log));
    const lost = await waitUntilSettled();
    await write(lost, "before-loss");
    await pods.killPod(lost);
    pods.loseVolume(lost);
    pods.start(lost);
    await waitForSuccessor(lost, SECOND_FAILOVER_MS);
    await waitUntilSettled();
    expect(await pods.ask(lost, "valkey", "get", "before-loss")).toBe("kept");
  });

  test("a master lost with its volume before its own failover has ended is replaced as well", async () => {
    onTestFailed(() => console.error(pods.log));
    const first = await waitUntilSettled();
    await write(first, "before-losses");
    await pods.kill(first, "valkey");
    const second = await waitForSuccessor(first, SECOND_FAILOVER_MS);
    // The Sentinel that led the failover waits for a second replica, and from now on for the one that it has promoted.
    await pods.killPod(second);
    pods.loseVolume(second);
    pods.start(second);
    pods.startPart(first, "valkey");
    await waitUntilSettled();
    expect(await pods.ask(second, "valkey", "get", "before-losses")).toBe("kept");
  });

  test("a master without replicas takes no writes until one is back", async () => {
    onTestFailed(() => console.error(pods.log));
    const master = await waitUntilSettled();
    const replicas = othersThan(master);
    await Promise.all(replicas.map((pod) => pods.kill(pod, "valkey")));
    await within(10_000, async () => {
      expect(await pods.ask(master, "valkey", "set", "alone", "x")).toMatch(/^NOREPLICAS/);
    });
    for (const pod of replicas) pods.startPart(pod, "valkey");
    expect(await waitUntilSettled()).toBe(master);
  });

  test("a Sentinel that is no more does not count in votes after a restart", async () => {
    onTestFailed(() => console.error(pods.log));
    await waitUntilSettled();
    const [pod] = othersThan(await pods.masterSeenBy(0));
    if (pod === undefined) throw new Error("there is no replica");
    await pods.killPod(pod);
    pods.remember(pod, `sentinel known-sentinel main 127.88.255.9 26379 ${"f".repeat(40)}`);
    pods.start(pod);
    await waitUntilSettled();
    expect(await pods.ask(pod, "sentinel", "sentinel", "sentinels", "main")).not.toContain("127.88.255.9");
  });

  test("all pods killed at once come back with the data and agree on a master", async () => {
    onTestFailed(() => console.error(pods.log));
    await write(await waitUntilSettled(), "before-blackout");
    // Appended data reaches the disk once a second.
    await within(5000, async () => {
      for (const pod of pods.pods) {
        expect(await pods.ask(pod, "valkey", "info", "persistence")).toMatch(/aof_pending_bio_fsync:0/);
      }
    });
    await Promise.all(pods.pods.map((pod) => pods.killPod(pod)));
    pods.startAll();
    const master = await waitUntilSettled();
    expect(await pods.ask(master, "valkey", "get", "before-blackout")).toBe("kept");
  });
});

import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Pod, passwordOf, ValkeyPods } from "../components/valkey-pods.ts";
import { ensureProgram } from "../setup/apt.ts";
import { bundleStoreClient, startStoreClient } from "./start-store-client.ts";
import type { StoreClientOptions } from "./store-client.ts";

const CONFIG_MAP_BYTES = 2 ** 20;

let pods: ValkeyPods;

beforeAll(async () => {
  ensureProgram("redis-server", "redis-server");
  pods = new ValkeyPods();
  pods.startAll();
  await settled();
});

afterAll(() => pods.stop());

/** Waits until the master has two replicas and its Sentinels know of them; returns it. */
async function settled(): Promise<Pod> {
  const check = async () => {
    const master = await pods.masterSeenBy(0);
    expect(await pods.ask(master, "valkey", "info", "replication")).toMatch(/connected_slaves:2/);
    for (const pod of pods.pods) {
      expect(await pods.ask(pod, "sentinel", "sentinel", "master", "main")).toMatch(/num-slaves\n2\n/);
      expect(await pods.ask(pod, "sentinel", "sentinel", "ckquorum", "main")).toMatch(/^OK 3 usable/);
    }
    return master;
  };
  return await vi.waitFor(check, { timeout: 60_000, interval: 100 });
}

function startClient(options: Partial<StoreClientOptions>, env: Record<string, string> = {}) {
  const sentinels = pods.pods.map((pod) => `${pods.addressOf(pod)}:26379`).join(",");
  const settings = {
    REDIS_URL: `redis+sentinel://app@${sentinels}/main`,
    REDIS_PASSWORD: passwordOf("app"),
    ...env,
  };
  return startStoreClient(
    { prefix: [], node: process.execPath, env: settings },
    { writesPerSecond: 100, confirmed: false, pods: 3, ...options },
  );
}

describe("the store client", { timeout: 120_000 }, () => {
  test("fits where a ConfigMap fits, should it ever have to be mounted", async () => {
    expect((await bundleStoreClient()).length).toBeLessThan(CONFIG_MAP_BYTES);
  });

  test("counts every write of a quiet store as acknowledged and stored", async () => {
    const summary = await (await startClient({})).stop();
    expect(summary.sent).toBeGreaterThan(0);
    expect(summary).toMatchObject({
      acknowledged: summary.sent,
      stored: summary.sent,
      failed: 0,
      unanswered: 0,
      confirmed: 0,
      lostAcknowledged: 0,
    });
  });

  test("leaves nothing in the store", async () => {
    await (await startClient({})).stop();
    expect(await pods.ask(await settled(), "valkey", "dbsize")).toBe("0");
  });

  test("loses no confirmed write when the master is killed, and goes on with its successor", async () => {
    const lost = await settled();
    const client = await startClient({ confirmed: true });
    await pods.kill(lost, "valkey");
    pods.startPart(lost, "valkey");
    const resumed = () => expect(client.events.map(({ event }) => event)).toContain("resumed");
    await vi.waitFor(resumed, { timeout: 30_000, interval: 100 });
    const summary = await client.stop();
    expect(summary).toMatchObject({ lostConfirmed: 0, unanswered: 0 });
    expect(summary.confirmed).toBeGreaterThan(0);
    expect(summary.longestGap.ms).toBeGreaterThan(1000);
    const masters = client.events.flatMap((event) => (event.event === "master" ? [event.master] : []));
    expect(masters).toEqual([pods.addressOf(lost), expect.not.stringMatching(pods.addressOf(lost))]);
  });

  test("that cannot begin says why, in a sentence", async () => {
    const refused = startClient({}, { REDIS_URL: "redis://somewhere:6379" });
    await expect(refused).rejects.toThrow(/exit code 1\n.*expected redis\+sentinel:.*got "redis:/);
    await expect(refused).rejects.toSatisfy((error: Error) => error.message.length < 500);
  });

  test("reports what a master without replicas refuses or cannot get confirmed", async () => {
    const master = await settled();
    const client = await startClient({ confirmed: true });
    const replicas = pods.pods.filter((pod) => pod !== master);
    await Promise.all(replicas.map((pod) => pods.kill(pod, "valkey")));
    const isRefused = async () => {
      expect(await pods.ask(master, "valkey", "set", "alone", "x")).toMatch(/^NOREPLICAS/);
    };
    await vi.waitFor(isRefused, { timeout: 15_000, interval: 100 });
    const summary = await client.stop();
    expect(summary.unconfirmed + summary.failed).toBeGreaterThan(0);
    expect(summary).toMatchObject({ unanswered: 0, lostConfirmed: 0 });
    expect(Object.keys(summary.errors).join()).toMatch(/UNCONFIRMED|NOREPLICAS/);
  });
});

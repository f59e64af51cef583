import { afterAll, beforeAll, describe, expect, onTestFailed, test, vi } from "vitest";
import { type Pod, ValkeyPods } from "../../../components/valkey-pods.ts";
import { ensureProgram } from "../../../setup/apt.ts";
import { describeStore } from "../conformance.ts";
import { budget } from "../sample-charges.ts";
import { connectedStore } from "./connected-store.ts";
import { RunningWorker } from "./running-worker.ts";

/** So that processes that are gone are noticed within the test. */
const TIMINGS = { heartbeatMs: 500, goneAfterMs: 3000 };
const TAG = "{claude-agents}";
const CAP = 30_000_000;

let pods: ValkeyPods;

beforeAll(async () => {
  await ensureProgram("redis-server", "redis-server");
  pods = new ValkeyPods(89);
  pods.startAll();
  await untilReplicated();
});

afterAll(() => pods.stop());

async function untilReplicated(): Promise<Pod> {
  return await vi.waitFor(
    async () => {
      const master = await pods.masterSeenBy(0);
      expect(await pods.ask(master, "valkey", "info", "replication")).toMatch(/connected_slaves:2/);
      for (const pod of pods.pods) {
        expect(await pods.ask(pod, "sentinel", "sentinel", "master", "main")).toMatch(/num-slaves\n2\n/);
      }
      return master;
    },
    { timeout: 60_000, interval: 200 },
  );
}

describeStore("redis", () => connectedStore({ url: pods.url, password: "unused" }), "redis with Sentinel");

describe("four processes that charge one budget and one bucket", { timeout: 180_000 }, () => {
  const tight = budget("fleet:tight", 40_000);
  const wide = budget("fleet:wide", CAP);
  const bucket = { id: "shared", capacity: 50, refillPerSecond: 400, amount: 1 };
  let serial = 0;

  const start = (budgets = [wide]) => {
    serial += 1;
    const name = `worker${serial}`;
    return new RunningWorker({ url: pods.url, name, lanes: 8, bucket, budgets, timings: TIMINGS });
  };

  /** The bounds of what a frozen process holds, as the store knows them. */
  async function heldBy({ name }: RunningWorker, master: Pod): Promise<number> {
    const processes = (await pods.ask(master, "valkey", "hkeys", `${TAG}:processes`)).split("\n");
    const rows = await Promise.all(
      processes.map((process) => pods.ask(master, "valkey", "hvals", `${TAG}:process:${process}`)),
    );
    const leases = rows.flatMap((row) => row.split("\n")).filter((line) => line.includes(`"l":"${name}-`));
    return leases.reduce((sum, lease) => sum + Number(JSON.parse(lease)["b"]), 0);
  }

  async function readingOf(id: string) {
    const store = await connectedStore({ url: pods.url, timings: TIMINGS });
    const [reading] = await store.ledger.readBudgets([id]);
    await store.close();
    if (reading === undefined) throw new Error("no reading");
    return reading;
  }

  /** Kills a process in the middle of its work. @returns what it held. */
  async function killHolder(worker: RunningWorker): Promise<number> {
    worker.freeze();
    const master = await pods.masterSeenBy(0);
    const before = { held: -1 };
    // What it had sent before is still on its way for a moment.
    const held = await vi.waitFor(async () => {
      const now = await heldBy(worker, master);
      const isStable = now === before.held;
      before.held = now;
      expect(isStable).toBe(true);
      return now;
    });
    await worker.kill();
    return held;
  }

  test("a cap is never passed, while processes and the master are killed, and nothing but the bounds of the killed is unconfirmed", async () => {
    onTestFailed(() => console.error(workers.map(({ name, counts, log }) => ({ name, counts, log: log.slice(-5) }))));
    onTestFailed(() => console.error(pods.log));
    const startedMs = performance.now();
    const workers = [start(), start(), start(), start()];
    const admitted = (worker: RunningWorker, more = 200) => {
      const from = worker.count("admitted");
      const enough = () => expect(worker.count("admitted")).toBeGreaterThan(from + more);
      return vi.waitFor(enough, { timeout: 30_000, interval: 20 });
    };
    await Promise.all(workers.map((worker) => admitted(worker)));

    const [first, second, ...survivors] = workers as [RunningWorker, RunningWorker, ...RunningWorker[]];
    let unconfirmed = await killHolder(first);
    survivors.push(start());
    await admitted(second);

    const lost = await pods.masterSeenBy(0);
    await pods.kill(lost, "valkey");
    pods.startPart(lost, "valkey");
    await Promise.all([second, ...survivors].map((worker) => admitted(worker, 400)));
    unconfirmed += await killHolder(second);
    survivors.push(start());
    await Promise.all(survivors.map((worker) => admitted(worker)));
    await Promise.all(survivors.map((worker) => worker.stop()));
    const elapsedSeconds = (performance.now() - startedMs) / 1000;

    const all = [first, second, ...survivors];
    expect(all.flatMap(({ violations }) => violations)).toEqual([]);
    const spentBySurvivors = survivors.reduce((sum, { settledNanoUsd }) => sum + settledNanoUsd, 0);
    await vi.waitFor(async () => {
      const reading = await readingOf(wide.id);
      expect(reading).toMatchObject({ reservedNanoUsd: 0, unconfirmedNanoUsd: unconfirmed });
      expect(reading.spentNanoUsd).toBeGreaterThanOrEqual(spentBySurvivors + unconfirmed);
      expect(reading.spentNanoUsd).toBeLessThanOrEqual(CAP);
    }, 30_000);

    const tokens = all.reduce((sum, worker) => sum + worker.count("admitted"), 0);
    expect(tokens).toBeLessThanOrEqual((bucket.capacity + bucket.refillPerSecond * elapsedSeconds) * 1.01);
    await untilReplicated();
  });

  test("a budget that is nearly used up is used up to its cap and not beyond", async () => {
    const workers = Array.from({ length: 4 }, () => start([tight]));
    await vi.waitFor(
      () => {
        for (const worker of workers) expect(worker.count("over-budget")).toBeGreaterThan(20);
      },
      { timeout: 60_000 },
    );
    await Promise.all(workers.map((worker) => worker.stop()));
    expect(workers.flatMap(({ violations }) => violations)).toEqual([]);
    const spent = workers.reduce((sum, { settledNanoUsd }) => sum + settledNanoUsd, 0);
    expect(await readingOf(tight.id)).toEqual({
      id: tight.id,
      spentNanoUsd: spent,
      reservedNanoUsd: 0,
      unconfirmedNanoUsd: 0,
    });
    expect(spent).toBeLessThanOrEqual(tight.capNanoUsd);
  });
});

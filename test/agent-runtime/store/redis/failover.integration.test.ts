import { afterAll, beforeAll, describe, expect, onTestFailed, onTestFinished, test, vi } from "vitest";
import type { BudgetReading } from "../../../../agent-runtime/src/store/ledger.ts";
import { type Pod, ValkeyPods } from "../../../components/valkey-pods.ts";
import { ensureProgram } from "../../../setup/apt.ts";
import { describeStore } from "../conformance.ts";
import { connectedStore } from "./connected-store.ts";
import { RunningWorker } from "./running-worker.ts";

/** So that processes that are gone are noticed within the test. */
const TIMINGS = { heartbeatMs: 500, goneAfterMs: 3000 };
const TAG = "{claude-agents}";
/** Of each budget, so small that one after the other is used up. */
const CAP = 30_000;

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

describe("four processes that charge the same budgets and one bucket", { timeout: 180_000 }, () => {
  const bucket = { capacity: 50, refillPerSecond: 400, amount: 1 };
  let serial = 0;

  const start = (prefix: string) => {
    serial += 1;
    return new RunningWorker({
      url: pods.url,
      name: `worker${serial}`,
      lanes: 8,
      bucket: { ...bucket, id: prefix },
      budgets: { prefix, capNanoUsd: CAP },
      timings: TIMINGS,
    });
  };

  /** Waits until a process was admitted that many times more. */
  async function untilAdmitted(worker: RunningWorker, more: number): Promise<void> {
    const from = worker.count("admitted");
    const enough = () => expect(worker.count("admitted")).toBeGreaterThan(from + more);
    await vi.waitFor(enough, { timeout: 30_000, interval: 20 });
  }

  /** The bounds of what a process holds, as the store knows them. */
  async function heldBy({ name }: RunningWorker, master: Pod): Promise<number> {
    const processes = (await pods.ask(master, "valkey", "hkeys", `${TAG}:processes`)).split("\n");
    const rows = await Promise.all(
      processes.map((process) => pods.ask(master, "valkey", "hvals", `${TAG}:process:${process}`)),
    );
    const leases = rows.flatMap((row) => row.split("\n")).filter((line) => line.includes(`"l":"${name}-`));
    return leases.reduce((sum, lease) => sum + Number(JSON.parse(lease)["b"]), 0);
  }

  /** Kills a process in the middle of its work. @returns the bounds of what it held. */
  async function killHolder(worker: RunningWorker): Promise<number> {
    worker.freeze();
    const master = await pods.masterSeenBy(0);
    let before = -1;
    // What it had sent before is still on its way for a moment.
    const held = await vi.waitFor(async () => {
      const now = await heldBy(worker, master);
      const isStable = now === before;
      before = now;
      expect(isStable).toBe(true);
      return now;
    });
    await worker.kill();
    return held;
  }

  /** All budgets that the workers have come to, once nothing is reserved in them any more. */
  async function finalReadings(prefix: string, workers: readonly RunningWorker[]) {
    const last = Math.max(...workers.map(({ budgetIndex }) => budgetIndex));
    const ids = Array.from({ length: last + 1 }, (_, index) => `${prefix}:${index}`);
    const store = await connectedStore({ url: pods.url, timings: TIMINGS });
    onTestFinished(() => store.close());
    return await vi.waitFor(
      async () => {
        const readings = await store.ledger.readBudgets(ids);
        expect(readings.filter(({ reservedNanoUsd }) => reservedNanoUsd !== 0)).toEqual([]);
        return readings;
      },
      { timeout: 30_000, interval: 200 },
    );
  }

  test("no cap is passed while processes and the master are killed, and only the bounds of the killed are unconfirmed", async () => {
    const all: RunningWorker[] = [];
    onTestFailed(() =>
      console.error(all.map(({ name, counts, log }) => ({ name, counts, log: log.slice(-5) }))),
    );
    onTestFailed(() => console.error(pods.log));
    const add = () => {
      const worker = start("killed");
      all.push(worker);
      return worker;
    };
    const [first, second, third, fourth] = [add(), add(), add(), add()];
    await Promise.all(all.map((worker) => untilAdmitted(worker, 200)));
    let unconfirmed = await killHolder(first);
    const fifth = add();
    await Promise.all([second, fifth].map((worker) => untilAdmitted(worker, 100)));

    const lost = await pods.masterSeenBy(0);
    await pods.kill(lost, "valkey");
    pods.startPart(lost, "valkey");
    await Promise.all([second, third, fourth, fifth].map((worker) => untilAdmitted(worker, 300)));
    unconfirmed += await killHolder(second);
    const survivors = [third, fourth, fifth, add()];
    await Promise.all(survivors.map((worker) => untilAdmitted(worker, 200)));
    await Promise.all(survivors.map((worker) => worker.stop()));

    expect(all.flatMap(({ violations }) => violations)).toEqual([]);
    const readings = await finalReadings("killed", all);
    expect(readings.length).toBeGreaterThan(10);
    expect(readings.filter(({ spentNanoUsd }) => spentNanoUsd > CAP)).toEqual([]);
    expect(sumOf(readings, "unconfirmedNanoUsd")).toBe(unconfirmed);
    const settled = survivors.reduce((sum, { settledNanoUsd }) => sum + settledNanoUsd, 0);
    expect(sumOf(readings, "spentNanoUsd")).toBeGreaterThanOrEqual(settled + unconfirmed);
    await untilReplicated();
  });

  test("every settlement is in the sums, none twice, and the bucket admits what refills, at most 1 % more", async () => {
    const workers = Array.from({ length: 4 }, () => start("steady"));
    await Promise.all(workers.map((worker) => untilAdmitted(worker, 500)));
    await Promise.all(workers.map((worker) => worker.stop()));
    expect(workers.flatMap(({ violations }) => violations)).toEqual([]);

    const readings = await finalReadings("steady", workers);
    const settled = workers.reduce((sum, { settledNanoUsd }) => sum + settledNanoUsd, 0);
    expect(sumOf(readings, "spentNanoUsd")).toBe(settled);
    expect(sumOf(readings, "unconfirmedNanoUsd")).toBe(0);

    const times = workers.flatMap(({ admittedAtMs }) => admittedAtMs);
    const elapsedSeconds = (Math.max(...times) - Math.min(...times)) / 1000;
    const refilled = bucket.capacity + bucket.refillPerSecond * elapsedSeconds;
    expect(times.length).toBeLessThanOrEqual(refilled * 1.01);
    expect(times.length).toBeGreaterThan(refilled * 0.9);
  });
});

function sumOf(readings: readonly BudgetReading[], figure: "spentNanoUsd" | "unconfirmedNanoUsd"): number {
  return readings.reduce((sum, reading) => sum + reading[figure], 0);
}

import { describe, expect, onTestFinished, test } from "vitest";
import { StoreUnavailableError } from "../../../../agent-runtime/src/store/contract.ts";
import { findMaster } from "../../../../agent-runtime/src/store/redis/find-master.ts";
import { ScriptedSentinel } from "./scripted-sentinel.ts";

const CONNECT_MS = 200;

async function sentinels(...answers: Parameters<typeof ScriptedSentinel.start>[0][]) {
  const started = await Promise.all(answers.map((answer) => ScriptedSentinel.start(answer)));
  onTestFinished(() => {
    for (const sentinel of started) sentinel.stop();
  });
  return started.map(({ endpoint }) => endpoint);
}

const addressOf = (endpoints: Awaited<ReturnType<typeof sentinels>>) =>
  ({ kind: "sentinel", sentinels: endpoints, masterName: "main", database: 0 }) as const;

describe("the search for the master", () => {
  test("believes the Sentinel that knows of the latest failover, though it is outnumbered", async () => {
    const [first, second, gone] = await sentinels(
      { master: "10.0.0.1", epoch: 3 },
      { master: "10.0.0.2", epoch: 4 },
      "silence",
    );
    if (first === undefined || second === undefined || gone === undefined) throw new Error("not started");
    expect(await findMaster(addressOf([first, second, gone]), CONNECT_MS)).toEqual({
      host: "10.0.0.2",
      port: 6379,
    });
  });

  test("does not wait for a Sentinel that is silent", async () => {
    const endpoints = await sentinels(
      "silence",
      { master: "10.0.0.1", epoch: 1 },
      { master: "10.0.0.1", epoch: 1 },
    );
    const startedMs = performance.now();
    await findMaster(addressOf(endpoints), 5000);
    expect(performance.now() - startedMs).toBeLessThan(2500);
  });

  test("makes do with the only Sentinel that answers", async () => {
    const endpoints = await sentinels("silence", { master: "10.0.0.1", epoch: 1 }, "silence");
    expect((await findMaster(addressOf(endpoints), CONNECT_MS)).host).toBe("10.0.0.1");
  });

  test("fails with a sentence when no Sentinel answers", async () => {
    const search = findMaster(addressOf(await sentinels("silence", "silence")), CONNECT_MS);
    await expect(search).rejects.toThrow(StoreUnavailableError);
    await expect(search).rejects.toThrow(/None of 2 Sentinels could say where the master "main" is/);
  });

  test("a name that resolves to nothing is no Sentinel", async () => {
    const search = findMaster(addressOf([{ host: "sentinel.invalid", port: 26379 }]), CONNECT_MS);
    await expect(search).rejects.toThrow(/None of 0 Sentinels/);
  });
});

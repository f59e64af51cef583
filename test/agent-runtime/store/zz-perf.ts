import { RedisStore } from "../../../agent-runtime/src/store/redis/redis-store.ts";
import { EmbeddedStore } from "../../../agent-runtime/src/store/embedded/embedded-store.ts";
import { createLogger } from "../../../agent-runtime/src/log.ts";
import { budget, requestFor, settlementOf } from "./sample-charges.ts";
const log = createLogger({ service: "", serviceVersion: "", environment: "", region: "", logLevel: "warn" });
const store = process.argv[2] === "e" ? new EmbeddedStore({ log, ...(process.argv[3] ? {dataDir: process.argv[3]} : {}) }) : new RedisStore({ url: process.argv[2]!, log });
while (!store.isUp) await new Promise((r) => setTimeout(r, 10));
const budgets = ["fleet", "tenant:acme", "agent:x", "key:1"].flatMap((s) => [budget(`${s}:day`, 1e15), budget(`${s}:month`, 1e15)]);
const buckets = ["key:1", "tenant:acme"].flatMap((s) => ["requests", "in", "out"].map((k) => ({ id: `${s}:${k}`, capacity: 1e9, refillPerSecond: 1e7, amount: 10 })));
const concurrency = [{ id: "key:1", max: 1e5 }, { id: "tenant:acme", max: 1e5 }];
const scopes = ["fleet", "tenant:acme", "agent:x", "model:y"];
async function once() {
  const r = requestFor({ budgets, buckets, concurrency, scopes, boundNanoUsd: 1000 });
  const a = await store.ledger.admit(r);
  if (a.kind !== "admitted") throw new Error(a.kind);
  store.ledger.settle(settlementOf(r, 500, [10, 5, 5, 10, 5, 5]));
}
for (const [lanes, n] of [[1, 3000], [64, 20000]] as const) {
  const c0 = process.cpuUsage(), t0 = performance.now();
  let left = n; const lat: number[] = [];
  await Promise.all(Array.from({ length: lanes }, async () => { while (left-- > 0) { const s = performance.now(); await once(); lat.push(performance.now() - s); } }));
  await store.ledger.flush(5000);
  const c = process.cpuUsage(c0), ms = performance.now() - t0;
  lat.sort((a, b) => a - b);
  console.log({ lanes, perSec: Math.round(n / ms * 1000), cpuUs: Math.round((c.user + c.system) / n), p50: lat[n >> 1]?.toFixed(3), p99: lat[Math.floor(n * 0.99)]?.toFixed(3) });
}
await store.close();

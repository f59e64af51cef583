/**
 * A process that charges one bucket and one budget after the other, the next when the last is used up, as fast as it can,
 * until it is told to stop by its standard input or is killed. Writes one line for each thing that happened, before it does
 * the next.
 */
import { randomUUID } from "node:crypto";
import { writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { createLogger } from "../../../../agent-runtime/src/log.ts";
import { RedisStore } from "../../../../agent-runtime/src/store/redis/redis-store.ts";
import { budget, requestFor, settlementOf } from "../sample-charges.ts";

const orderSchema = z.object({
  url: z.string(),
  name: z.string(),
  lanes: z.number(),
  bucket: z.object({ id: z.string(), capacity: z.number(), refillPerSecond: z.number(), amount: z.number() }),
  budgets: z.object({ prefix: z.string(), capNanoUsd: z.number() }),
  timings: z.record(z.string(), z.number()),
});

export type WorkerOrder = z.output<typeof orderSchema>;

/** Bounds of the requests, in nano-dollars. */
const MAX_BOUND = 1000;

const order = orderSchema.parse(JSON.parse(process.argv[2] ?? ""));
const logLine = {
  service: "worker",
  serviceVersion: "",
  environment: "",
  region: "",
  logLevel: "warn",
} as const;
const log = createLogger(logLine, { write: (line) => say("log", line.trim()) });
const store = new RedisStore({ url: order.url, log, timings: order.timings });
let isStopping = false;
let current = 0;
process.stdin.once("data", () => {
  isStopping = true;
});
// The test is gone.
process.stdin.once("end", () => process.exit(1));

await Promise.all(Array.from({ length: order.lanes }, chargeInTurn));
await store.close();
say("end");
process.exit(0);

async function chargeInTurn(): Promise<void> {
  while (!isStopping) await chargeOnce().catch(pause);
}

async function chargeOnce(): Promise<void> {
  const boundNanoUsd = 1 + Math.floor(Math.random() * MAX_BOUND);
  const leaseId = `${order.name}-${randomUUID()}`;
  const { prefix, capNanoUsd } = order.budgets;
  const index = current;
  const budgets = [budget(`${prefix}:${index}`, capNanoUsd)];
  const request = requestFor({ leaseId, boundNanoUsd, budgets, buckets: [order.bucket] });
  const admission = await store.ledger.admit(request);
  if (admission.kind !== "admitted") {
    say(admission.kind);
    if (admission.kind === "over-budget") current = Math.max(current, index + 1);
    else await sleep(20);
    return;
  }
  for (const { spentNanoUsd, reservedNanoUsd } of admission.budgets) {
    const sum = spentNanoUsd + reservedNanoUsd;
    if (sum > capNanoUsd) say("over", `${sum} of ${capNanoUsd} in ${index}`);
  }
  say("admitted", String(index));
  await sleep(Math.random() * 30);
  const cost = Math.floor(Math.random() * boundNanoUsd);
  say("settled", String(cost));
  store.ledger.settle(settlementOf(request, cost));
}

async function pause(): Promise<void> {
  say("unavailable");
  await sleep(50);
}

function say(event: string, detail = ""): void {
  writeSync(1, `${event} ${detail}\n`);
}

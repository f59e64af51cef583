/**
 * A process that charges one budget and one bucket as fast as it can, until it is told to stop by its standard input or is
 * killed. Writes one line for each thing that happened, before it does the next.
 */
import { randomUUID } from "node:crypto";
import { writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { createLogger } from "../../../../agent-runtime/src/log.ts";
import type { BudgetCharge } from "../../../../agent-runtime/src/store/ledger.ts";
import { RedisStore } from "../../../../agent-runtime/src/store/redis/redis-store.ts";
import { requestFor, settlementOf } from "../sample-charges.ts";

const chargeSchema = z.object({
  url: z.string(),
  name: z.string(),
  lanes: z.number(),
  bucket: z.object({ id: z.string(), capacity: z.number(), refillPerSecond: z.number(), amount: z.number() }),
  budgets: z.array(z.object({ id: z.string(), capNanoUsd: z.number(), endsAtMs: z.number() })),
  timings: z.record(z.string(), z.number()),
});

export type WorkerOrder = z.output<typeof chargeSchema>;

/** Bounds of the requests, in nano-dollars. */
const MAX_BOUND = 1000;

const order = chargeSchema.parse(JSON.parse(process.argv[2] ?? ""));
const logLine = { service: "worker", serviceVersion: "", environment: "", region: "", logLevel: "warn" } as const;
const log = createLogger(logLine, { write: (line) => say("log", line.trim()) });
const store = new RedisStore({ url: order.url, log, timings: order.timings });
let isStopping = false;
process.stdin.once("data", () => {
  isStopping = true;
});

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
  const { budgets, bucket } = order;
  const request = requestFor({ leaseId, boundNanoUsd, budgets, buckets: [bucket] });
  const admission = await store.ledger.admit(request);
  if (admission.kind !== "admitted") {
    say(admission.kind);
    await sleep(20);
    return;
  }
  for (const [index, state] of admission.budgets.entries()) {
    const { capNanoUsd } = budgets[index] as BudgetCharge;
    const sum = state.spentNanoUsd + state.reservedNanoUsd;
    if (sum > capNanoUsd) say("over", `${sum} of ${capNanoUsd}`);
  }
  say("admitted");
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

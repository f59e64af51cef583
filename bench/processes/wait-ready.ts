import http from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import type { OwnedProcess } from "./owned-processes.ts";

const POLL_MS = 3;

/**
 * Waits until the URL answers 200.
 *
 * @throws Error with the end of the process's log when it ends or takes too long
 */
export async function waitReady(
  owned: OwnedProcess,
  url: string,
  { timeoutMs = 20_000, signal }: { readonly timeoutMs?: number; readonly signal: AbortSignal },
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await answersOk(url))) {
    signal.throwIfAborted();
    const late = performance.now() > deadline;
    if (owned.hasEnded() || late) {
      const what = late ? `was not ready after ${timeoutMs / 1000} s` : "ended at its start";
      throw new Error(`${owned.name} ${what}: ${await owned.lastWords()}`);
    }
    await delay(POLL_MS);
  }
}

function answersOk(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = http.get(url, { agent: false, timeout: 2_000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on("error", () => resolve(false));
    request.on("timeout", () => request.destroy());
  });
}

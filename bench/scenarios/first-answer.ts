import { setTimeout as delay } from "node:timers/promises";
import type { RunningArm } from "../arms/arm.ts";
import { messageBody } from "../load/bodies.ts";
import { ANSWER_TEXT } from "../mock/answers.ts";

const TIMEOUT_MS = 10_000;
const POLL_MS = 10;

/**
 * Waits until a gateway gives the mock's own answer: one that answers something else, quickly, must not win. Refusals are
 * waited out, for being ready does not mean for everybody that the store is there.
 *
 * @throws Error with the last answer when none is right in time
 */
export async function awaitAnswer(arm: RunningArm, model: string, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + TIMEOUT_MS;
  for (;;) {
    signal.throwIfAborted();
    const { status, text } = await ask(arm, model);
    if (status === 200 && text.includes(ANSWER_TEXT)) return;
    if (performance.now() > deadline) throw new Error(`its first answers were ${status}: ${text}`);
    await delay(POLL_MS);
  }
}

async function ask({ url, headers }: RunningArm, model: string): Promise<{ status: number; text: string }> {
  const answer = await fetch(`${url}/v1/messages`, {
    method: "POST",
    headers: { "content-type": "application/json", "anthropic-version": "2023-06-01", ...headers },
    body: messageBody({ model, promptTokens: 20 }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  return { status: answer.status, text: await answer.text() };
}

import { mkdir, utimes } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { withLock } from "../../../local/toolchain/cache-lock.ts";
import { openSandbox } from "./sandbox.ts";

async function openLock() {
  const sandbox = await openSandbox();
  const file = path.join(sandbox.directory, "locks", "one.lock");
  return { file, options: { signal: new AbortController().signal, onWait: () => {} } };
}

test("the second caller waits, says so once, and then has its turn", async () => {
  const { file, options } = await openLock();
  const order: string[] = [];
  const waiting = Promise.withResolvers<void>();
  const onWait = () => {
    order.push("second waits");
    waiting.resolve();
  };

  await withLock(file, options, async () => {
    const second = withLock(file, { ...options, onWait }, async () => order.push("second works"));
    await waiting.promise;
    order.push("first ends");
    return { second };
  }).then(({ second }) => second);

  expect(order).toEqual(["second waits", "first ends", "second works"]);
});

test("the lock is free again after failed work", async () => {
  const { file, options } = await openLock();
  const failing = withLock(file, options, async () => {
    throw new Error("failed");
  });

  await expect(failing).rejects.toThrow("failed");
  expect(await withLock(file, options, async () => "worked")).toBe("worked");
});

test("the lock of a process that died is taken over", async () => {
  const { file, options } = await openLock();
  await mkdir(file, { recursive: true });
  await utimes(file, 1_000_000, 1_000_000);

  expect(await withLock(file, options, async () => "worked")).toBe("worked");
});

test("waiting can be cancelled", async () => {
  const { file } = await openLock();
  await mkdir(file, { recursive: true });
  const cancel = new AbortController();
  const onWait = () => cancel.abort(new Error("enough"));

  await expect(withLock(file, { signal: cancel.signal, onWait }, async () => "worked")).rejects.toThrow(
    "enough",
  );
});

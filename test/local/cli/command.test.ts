import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { expect, it } from "vitest";

const PRINTS_MUCH = path.join(import.meta.dirname, "programs/prints-much.ts");

it("ends only when a slow reader has everything that was printed", async () => {
  const child = spawn(process.execPath, [PRINTS_MUCH], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "close");
  // The pipe is full long before anything is read.
  await delay(1_000);
  expect(JSON.parse(await text(child.stdout))).toHaveLength(1_000_000);
  await ended;
  expect(child.exitCode).toBe(0);
});

it("ends by itself when nobody reads any more", async () => {
  const child = spawn(process.execPath, [PRINTS_MUCH], { stdio: ["ignore", "pipe", "pipe"] });
  const errors = text(child.stderr);
  const ended = once(child, "close");
  child.stdout.once("data", () => child.stdout.destroy());
  await ended;
  expect({ errors: await errors, signal: child.signalCode }).toEqual({ errors: "", signal: null });
});

import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Engine } from "../../../local/engine/engine.ts";
import { lockHolders } from "../../../local/engine/stack-lock.ts";
import { processFacts } from "../../../local/process/process-facts.ts";
import { createTemporaryEngine, STACK, type TemporaryEngine } from "./temporary-engine.ts";

let temporary: TemporaryEngine;
beforeEach(async () => {
  temporary = await createTemporaryEngine();
});
afterEach(() => temporary.remove());

/** An engine for a program that makes one resource and then waits for ever, and the pid of that program once it waits. */
async function openWaiting(): Promise<{ engine: Engine; waiting: Promise<number> }> {
  const waiting = Promise.withResolvers<number>();
  const engine = await temporary.open("mishaps", {
    configOverrides: { mishap: "waits" },
    onEvent(event) {
      const pid = event.kind === "message" ? /waiting as process (\d+)/.exec(event.message)?.[1] : undefined;
      if (pid !== undefined) waiting.resolve(Number(pid));
    },
  });
  return { engine, waiting: waiting.promise };
}

const holders = () => lockHolders(path.join(temporary.stateDir, "engine", "backend"), "mishaps", STACK);
const hasEnded = (pid: number) =>
  vi.waitFor(async () => expect(await processFacts(pid)).toBeUndefined(), { timeout: 15_000, interval: 100 });

describe("cancelling", () => {
  it.each(["the caller's signal", "cancel()"])("by %s ends the program and leaves no lock", async (way) => {
    const { engine, waiting } = await openWaiting();
    const abort = new AbortController();
    const running = engine.up({ preview: false, signal: abort.signal });
    const program = await waiting;
    if (way === "cancel()") await engine.cancel();
    else abort.abort();

    expect((await running).outcome).toBe("cancelled");
    await hasEnded(program);
    expect(await holders()).toEqual([]);

    const next = await temporary.open("mishaps");
    expect((await next.up({ preview: false })).outcome).toBe("succeeded");
  });

  it("before the start does nothing", async () => {
    const engine = await temporary.open("mishaps");
    const result = await engine.up({ signal: AbortSignal.abort() });
    expect(result.outcome).toBe("cancelled");
    expect(await engine.resourceCount()).toBe(0);
  });
});

describe("an engine that was killed", () => {
  it("cannot have cut short what is written beside the state, since nothing is", async () => {
    const engine = await temporary.open("mishaps");
    expect((await engine.up({ preview: false })).outcome).toBe("succeeded");
    const files = await readdir(path.join(temporary.stateDir, "engine", "backend"), { recursive: true });
    expect(files.filter((file) => file.endsWith(`${STACK}.json`))).not.toEqual([]);
    expect(files.filter((file) => file.endsWith(".attrs"))).toEqual([]);
  });

  it("takes the program with it, and the next update releases its lock and goes on", async () => {
    const { engine, waiting } = await openWaiting();
    const running = engine.up({ preview: false });
    const program = await waiting;
    const [holder] = await holders();
    if (holder === undefined) throw new Error("The stack is not locked while its update runs.");
    process.kill(holder.pid, "SIGKILL");

    expect(await running).toMatchObject({
      outcome: "failed",
      diagnostics: [{}, { message: "The engine was killed." }],
    });
    await hasEnded(program);
    expect(await holders()).toMatchObject([{ pid: holder.pid, alive: false }]);

    const next = await temporary.open("mishaps");
    const result = await next.up({ preview: false });
    expect(result.outcome).toBe("succeeded");
    expect(result.diagnostics).toContainEqual(
      expect.objectContaining({
        message: expect.stringContaining(`Released the lock of process ${holder.pid}`),
      }),
    );
  });

  it("may leave operations under way, which the next update clears and tells of", async () => {
    const engine = await temporary.open("mishaps");
    await engine.up({ preview: false });
    await addPendingOperation();

    const first = await engine.up({ preview: false });
    expect(first.outcome).toBe("succeeded");
    expect(first.diagnostics.map(({ message }) => message)).toEqual([
      "1 operations were under way when the engine was killed; this run looks at them anew.",
    ]);
    const second = await engine.up({ preview: false });
    expect(second.diagnostics).toEqual([]);
  });
});

describe("two updates of one stack at once", () => {
  it("are refused with the name of the process that works on it", async () => {
    const { engine, waiting } = await openWaiting();
    const running = engine.up({ preview: false });
    await waiting;
    const other = await temporary.open("mishaps");
    const [holder] = await holders();
    try {
      await expect(other.up()).rejects.toThrow(`Stack test is being changed by process ${holder?.pid}`);
      await expect(engine.up()).rejects.toThrow("This engine is already at work");
    } finally {
      await engine.cancel();
      await running;
    }
  });
});

/** What a state looks like after the engine was killed while a provider was at work. */
async function addPendingOperation(): Promise<void> {
  const file = path.join(
    temporary.stateDir,
    "engine",
    "backend",
    ".pulumi",
    "stacks",
    "mishaps",
    `${STACK}.json`,
  );
  const state = JSON.parse(await readFile(file, "utf8"));
  const resource = state.checkpoint.latest.resources.at(-1);
  const urn = `${resource.urn}-half-made`;
  state.checkpoint.latest.pending_operations = [{ resource: { ...resource, urn, id: "" }, type: "creating" }];
  await writeFile(file, JSON.stringify(state));
}

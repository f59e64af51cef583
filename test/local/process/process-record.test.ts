import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  factsOf,
  isAlive,
  isGoneWithin,
  type ProcessRecord,
  readRecord,
  recordOf,
  stopProcess,
  stopRecorded,
  writeRecord,
} from "../../../local/process/process-record.ts";
import { isPortFree } from "../../../local/region/free-ports.ts";

/** A process that says `ready` once it handles SIGTERM as told. */
async function startNode(onSigterm: "end" | "ignore") {
  const handler = onSigterm === "end" ? "() => process.exit(0)" : "() => {}";
  const script = `process.on("SIGTERM", ${handler}); setInterval(() => {}, 1000); console.log("ready")`;
  const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "ignore"] });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const exit = once(child, "exit") as Promise<[code: number | null, signal: NodeJS.Signals | null]>;
  await once(createInterface(child.stdout), "line");
  const record = child.pid === undefined ? undefined : await recordOf(child.pid);
  if (record === undefined) throw new Error("not started");
  return { record, exit };
}

/** The record of a process that had this pid before the one that has it now. */
function formerOwner(record: ProcessRecord): ProcessRecord {
  return { ...record, startMark: `${record.startMark}-earlier` };
}

async function temporaryFile(name: string): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "record-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return path.join(folder, name);
}

describe("isAlive", () => {
  it("is true for a running process", async () => {
    const { record } = await startNode("end");

    expect(await isAlive(record)).toBe(true);
  });

  it("is false once another process has got the pid", async () => {
    const { record } = await startNode("end");

    expect(await isAlive(formerOwner(record))).toBe(false);
    expect(await factsOf(formerOwner(record))).toBeUndefined();
  });
});

describe("stopProcess", () => {
  it("lets a process end by itself on SIGTERM", async () => {
    const { record, exit } = await startNode("end");

    expect(await stopProcess(record, { graceMs: 10_000 })).toBe("stopped");
    expect(await exit).toEqual([0, null]);
  });

  it("kills a process that ignores SIGTERM once its grace is over", async () => {
    const { record, exit } = await startNode("ignore");

    expect(await stopProcess(record, { graceMs: 50 })).toBe("killed");
    expect(await exit).toEqual([null, "SIGKILL"]);
  });

  it("cuts the grace short when aborted", async () => {
    const { record } = await startNode("ignore");

    expect(await stopProcess(record, { graceMs: 600_000, signal: AbortSignal.abort() })).toBe("killed");
  });

  it("never touches the process that got the pid of a dead one", async () => {
    const { record } = await startNode("end");

    expect(await stopProcess(formerOwner(record), { graceMs: 0 })).toBe("already-gone");
    expect(await isAlive(record)).toBe(true);
  });
});

/** A process of several threads that listens on a port; most of its life it waits, as servers do. */
async function startServer(): Promise<{ record: ProcessRecord; port: number }> {
  const script =
    'const { Worker } = require("node:worker_threads");' +
    'for (let i = 0; i < 8; i++) new Worker("const held = Buffer.alloc(3e7, 1); setInterval(() => held, 1e3)", { eval: true });' +
    'const server = require("node:http").createServer().listen(0, "127.0.0.1", () => console.log(server.address().port));';
  const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "ignore"] });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const [line] = await once(createInterface(child.stdout), "line");
  const record = child.pid === undefined ? undefined : await recordOf(child.pid);
  if (record === undefined) throw new Error("not started");
  return { record, port: Number(line) };
}

describe("a stopped server", () => {
  // The main thread of a killed process may be gone while another thread still holds the sockets.
  it("has given its port free once it counts as gone", async () => {
    const stillTaken: number[] = [];
    for (let round = 0; round < 8; round++) {
      const { record, port } = await startServer();
      await stopProcess(record, { graceMs: 0 });
      if (!(await isPortFree(port))) stillTaken.push(round);
    }

    expect(stillTaken).toEqual([]);
  }, 60_000);
});

describe("isGoneWithin", () => {
  it("is false while the process still runs after the time", async () => {
    const { record } = await startNode("ignore");

    expect(await isGoneWithin(record, 0)).toBe(false);
  });
});

describe("records in files", () => {
  it("come back as they were written", async () => {
    const file = await temporaryFile("a/process.json");
    await writeRecord(file, { pid: 7, startMark: "then" });

    expect(await readRecord(file)).toEqual({ pid: 7, startMark: "then" });
  });

  it.each(["", "{", '{"pid":0,"startMark":"x"}', '{"pid":"1"}'])(
    "count as absent when damaged: %s",
    async (text) => {
      const file = await temporaryFile("process.json");
      await writeFile(file, text);

      expect(await readRecord(file)).toBeUndefined();
    },
  );

  it("are gone together with the process that was stopped", async () => {
    const { record } = await startNode("end");
    const file = await temporaryFile("process.json");
    await writeRecord(file, record);

    expect(await stopRecorded(file, { graceMs: 10_000 })).toBe("stopped");
    await expect(readFile(file)).rejects.toThrow("ENOENT");
  });

  it("may be stopped when there is none", async () => {
    expect(await stopRecorded(await temporaryFile("none.json"), { graceMs: 0 })).toBe("already-gone");
  });
});

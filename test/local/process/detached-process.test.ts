import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { type StartDetachedOptions, startDetached } from "../../../local/process/detached-process.ts";
import { isAlive, readRecord, stopProcess } from "../../../local/process/process-record.ts";

async function options(
  script: string,
  more: Partial<StartDetachedOptions> = {},
): Promise<StartDetachedOptions> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "detached-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return {
    file: process.execPath,
    args: ["-e", script],
    env: {},
    cwd: folder,
    logFile: path.join(folder, "logs/out.log"),
    recordFile: path.join(folder, "process.json"),
    ...more,
  };
}

async function start(given: StartDetachedOptions) {
  const record = await startDetached(given);
  onTestFinished(async () => {
    await stopProcess(record, { graceMs: 0 });
  });
  return record;
}

const UNTIL_KILLED = "setInterval(() => {}, 1000);";

describe("startDetached", () => {
  it("notes the process that it started", async () => {
    const given = await options(UNTIL_KILLED);

    const record = await start(given);

    expect(await readRecord(given.recordFile)).toEqual(record);
    expect(await isAlive(record)).toBe(true);
  });

  it("puts the process into a group of its own, out of a terminal's reach", async () => {
    const record = await start(await options(UNTIL_KILLED));

    // Signal 0 to a group fails unless the process leads one.
    expect(process.kill(-record.pid, 0)).toBe(true);
  });

  it("hands over the given environment and nothing else", async () => {
    const given = await options(`console.log(JSON.stringify(process.env)); ${UNTIL_KILLED}`, {
      env: { ONE: "1" },
    });

    await start(given);

    await expect.poll(async () => JSON.parse(await readFile(given.logFile, "utf8"))).toEqual({ ONE: "1" });
  });

  it("appends standard output and error to the log", async () => {
    const given = await options(`console.log("out"); console.error("err"); ${UNTIL_KILLED}`);
    await start(given);
    await expect.poll(() => readFile(given.logFile, "utf8")).toBe("out\nerr\n");

    await start(given);

    await expect.poll(() => readFile(given.logFile, "utf8")).toBe("out\nerr\nout\nerr\n");
  });

  it("sets a log aside that has grown beyond its bound", async () => {
    const given = await options(`console.log("new"); ${UNTIL_KILLED}`, { maxLogBytes: 3 });
    await start(given);
    await expect.poll(() => readFile(given.logFile, "utf8")).toBe("new\n");
    await writeFile(given.logFile, "old\n");

    await start(given);

    await expect.poll(() => readFile(given.logFile, "utf8")).toBe("new\n");
    expect(await readFile(`${given.logFile}.1`, "utf8")).toBe("old\n");
  });

  it("says which program cannot be started", async () => {
    await expect(startDetached(await options("", { file: "/nowhere/program" }))).rejects.toThrow(
      /^Cannot start \/nowhere\/program: .*ENOENT/,
    );
  });
});

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { describe, expect, it, onTestFinished } from "vitest";
import { factsFromPs, parseCpuTime, processFacts } from "../../../local/process/process-facts.ts";

function start(file: string, ...args: string[]) {
  const child = spawn(file, args, { stdio: ["ignore", "pipe", "ignore"] });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  return child;
}

function pidOf(child: { pid?: number | undefined }): number {
  if (child.pid === undefined) throw new Error("not started");
  return child.pid;
}

describe("processFacts", () => {
  it("tells the command line and the memory of a running process", async () => {
    const pid = pidOf(start("sleep", "60"));

    await expect
      .poll(() => processFacts(pid))
      .toMatchObject({ pid, commandLine: "sleep 60", rssBytes: expect.any(Number) });
    expect((await processFacts(pid))?.rssBytes).toBeGreaterThan(0);
  });

  it("gives the same start mark each time it is asked", async () => {
    const first = await processFacts(process.pid);
    const second = await processFacts(process.pid);

    expect(second?.startMark).toBe(first?.startMark);
  });

  it("gives different start marks to two processes", async () => {
    const child = pidOf(start("sleep", "60"));

    expect((await processFacts(child))?.startMark).not.toBe((await processFacts(process.pid))?.startMark);
  });

  it("knows nothing of a process that has ended", async () => {
    const child = start("true");
    await once(child, "exit");

    expect(await processFacts(pidOf(child))).toBeUndefined();
  });

  it("counts a process that ended but was not collected by its parent as ended", async () => {
    // sleep takes the shell's place and never collects the shell's child.
    const parent = start("sh", "-c", "true & echo $!; exec sleep 60");
    const [line] = await once(createInterface(parent.stdout), "line");

    await expect.poll(() => processFacts(Number(line))).toBeUndefined();
  });

  it("counts CPU time", async () => {
    const child = start(process.execPath, "-e", "for (;;) {}");

    await expect
      .poll(async () => (await processFacts(pidOf(child)))?.cpuSeconds, { timeout: 10_000 })
      .toBeGreaterThan(0);
  });
});

describe("factsFromPs", () => {
  it("tells the command line and memory where there is no /proc", async () => {
    const pid = pidOf(start("sleep", "60"));

    await expect.poll(() => factsFromPs(pid)).toMatchObject({ pid, commandLine: "sleep 60" });
    expect((await factsFromPs(pid))?.rssBytes).toBeGreaterThan(0);
  });

  it("gives the same start mark each time it is asked", async () => {
    expect((await factsFromPs(process.pid))?.startMark).toBe((await factsFromPs(process.pid))?.startMark);
  });

  it("knows nothing of a process that has ended", async () => {
    const child = start("true");
    await once(child, "exit");

    expect(await factsFromPs(pidOf(child))).toBeUndefined();
  });
});

describe("parseCpuTime", () => {
  it.each([
    ["00:00:07", 7],
    ["01:02:03", 3723],
    ["2-01:00:00", 176_400],
    ["0:01.25", 1.25],
    ["12:30.50", 750.5],
  ])("reads %s as %d s", (text, seconds) => {
    expect(parseCpuTime(text)).toBe(seconds);
  });
});

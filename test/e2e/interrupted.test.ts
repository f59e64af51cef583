import { existsSync, readdirSync } from "node:fs";
import { execa } from "execa";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createTestEnvironment, type TestEnvironment } from "./environment.ts";
import { outputShows } from "./output-shows.ts";

/** Titles of steps of `up`, in their order: each is a moment at which something is half made. */
const MOMENTS = ["Start 2 regions", "Deploy the stack", "Open the regions"];

let environment: TestEnvironment;

beforeAll(async () => {
  environment = await createTestEnvironment();
});

afterEach(async () => {
  await environment.command("down");
});

afterAll(() => environment.remove());

/** Runs `up` without npm in between and sends it the signal when it has begun the step, or, with `progress`, is in its middle. */
async function interruptUp(signal: "SIGINT" | "SIGKILL", moment: string, progress?: RegExp) {
  const child = execa(process.execPath, ["local/up.ts", "--verbose", "--nodes", "simulated"], {
    env: environment.env,
    reject: false,
    all: true,
    detached: true,
  });
  await outputShows(child.all, moment, progress);
  // A terminal sends Ctrl-C to the whole process group; the kernel kills one process.
  const pid = child.pid ?? Number.NaN;
  process.kill(signal === "SIGINT" ? -pid : pid, signal);
  return await child;
}

async function leftovers(): Promise<string[]> {
  const { stdout } = await execa("ps", ["-eo", "args"]);
  const files = existsSync(environment.folder) ? readdirSync(environment.folder) : [];
  return [...stdout.split("\n").filter((line) => line.includes(environment.folder)), ...files];
}

describe("up, interrupted by Ctrl-C", () => {
  it("ends the engine in order, says how to go on, and is completed by the next up", async () => {
    const { exitCode, all } = await interruptUp("SIGINT", "Deploy the stack", /\b20 resources done/);
    expect(exitCode).toBe(130);
    expect(all).toContain("interrupted; run the same command again to go on");

    const next = await environment.command("up", "--json", "--nodes", "simulated");
    expect({ exitCode: next.exitCode, stderr: next.stderr }).toMatchObject({ exitCode: 0 });
    expect(next.json.changes.unchanged).toBeGreaterThan(0);
    expect(next.json.sample.region).toBe("region-a");
  });
});

describe("up, killed", () => {
  it.each(MOMENTS)("at the step %j leaves nothing behind after a down", async (moment) => {
    await interruptUp("SIGKILL", moment);
    expect((await environment.command("down")).exitCode).toBe(0);
    expect(await leftovers()).toEqual([]);
  });

  it("in the middle of the deployment is completed by the next up", async () => {
    await interruptUp("SIGKILL", "Deploy the stack", /\b30 resources done/);
    const next = await environment.command("up", "--json", "--nodes", "simulated");
    expect({ exitCode: next.exitCode, stdout: next.stdout }).toMatchObject({ exitCode: 0 });
    expect(next.json.sample.region).toBe("region-a");
  });
});

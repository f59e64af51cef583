import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type http from "node:http";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { ScriptedRegion } from "./scripted-region.ts";

const MAIN = join(import.meta.dirname, "../../../local/front-door/main.ts");

let folder: string;
let region: ScriptedRegion;
let frontDoor: ChildProcess | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "front-door-"));
  region = await ScriptedRegion.start();
});

afterEach(async () => {
  await region.stop();
  if (frontDoor?.exitCode === null && frontDoor.signalCode === null) {
    frontDoor.kill("SIGKILL");
    await once(frontDoor, "exit");
  }
  await rm(folder, { recursive: true, force: true });
});

/** Starts the process and resolves with its URL once its log says that it listens. */
async function start(settings: object = {}): Promise<string> {
  const file = join(folder, "front-door.json");
  const regions = [{ name: "region-a", role: "primary", endpoints: [region.url] }];
  await writeFile(file, JSON.stringify({ port: 0, regions, ...settings }));
  frontDoor = spawn(process.execPath, [MAIN, "--config", file], { stdio: ["ignore", "pipe", "inherit"] });
  for await (const line of createInterface({ input: frontDoor.stdout as NodeJS.ReadableStream })) {
    const { msg } = JSON.parse(line) as { msg: string };
    const url = /listening at (\S+)/.exec(msg)?.[1];
    if (url !== undefined) return url;
  }
  throw new Error("the front door ended before it listened");
}

/** Resolves once nobody accepts connections there any more. */
async function untilClosed(url: string): Promise<void> {
  const { hostname, port } = new URL(url);
  await vi.waitFor(
    async () => {
      const socket = net.connect(Number(port), hostname);
      const outcome = await once(socket, "connect").then(
        () => "accepted",
        () => "refused",
      );
      socket.destroy();
      expect(outcome).toBe("refused");
    },
    { timeout: 20_000, interval: 10 },
  );
}

interface LogLine {
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** Resolves with the next line of the log that has this message. */
async function nextLogged(message: string): Promise<LogLine> {
  for await (const line of createInterface({ input: frontDoor?.stdout as NodeJS.ReadableStream })) {
    const entry = JSON.parse(line) as LogLine;
    if (entry.msg === message) return entry;
  }
  throw new Error(`the log ended without ${message}`);
}

describe("the front door's process", () => {
  it("serves, and ends with code 0 on SIGTERM after the open stream has ended", async () => {
    const started = Promise.withResolvers<http.ServerResponse>();
    region.handler = (_request, response) => {
      response.write("first ");
      started.resolve(response);
    };
    const url = await start();
    const answer = fetch(url).then((response) => response.text());
    const stream = await started.promise;
    const exit = once(frontDoor as ChildProcess, "exit");
    frontDoor?.kill("SIGTERM");
    await untilClosed(url);
    stream.end("last");
    expect(await answer).toBe("first last");
    expect(await exit).toEqual([0, null]);
  });

  it("cuts a stream that does not end within the time to drain", async () => {
    region.handler = (_request, response) => void response.write("first ");
    const url = await start({ drainMs: 50 });
    const response = await fetch(url);
    const exit = once(frontDoor as ChildProcess, "exit");
    frontDoor?.kill("SIGTERM");
    await expect(response.text()).rejects.toThrow();
    expect(await exit).toEqual([0, null]);
  });

  it("refuses to start with wrong settings and says which", async () => {
    const file = join(folder, "wrong.json");
    await writeFile(file, "{}");
    frontDoor = spawn(process.execPath, [MAIN, "--config", file], { stdio: ["ignore", "ignore", "pipe"] });
    let errors = "";
    frontDoor.stderr?.on("data", (chunk) => {
      errors += chunk;
    });
    const [code] = await once(frontDoor, "close");
    expect(code).toBe(1);
    expect(errors).toContain("regions");
  });

  it("logs a change of an endpoint, a change of its region and an ejection", async () => {
    const standby = await ScriptedRegion.start();
    onTestFinished(() => standby.stop());
    const regions = [
      { name: "region-a", role: "primary", endpoints: [region.url] },
      { name: "region-b", role: "standby", endpoints: [standby.url] },
    ];
    const health = { intervalMs: 10, failuresToDown: 1 };
    const url = await start({ regions, health, outliers: { maxFalls: 1 } });
    const lines = Promise.all(["endpoint", "region", "ejected"].map(nextLogged));
    region.ready = 503;
    const lastFailure = { at: expect.any(Number), reason: "/ready answered 503" };
    expect(await lines).toMatchObject([
      { region: "region-a", endpoint: region.url, from: "up", to: "down", lastFailure },
      { region: "region-a", from: "up", to: "down", lastFailure },
      { region: "region-a", until: expect.any(Number), reason: "went down 1 times within 120000 ms" },
    ]);
    expect((await fetch(url)).status).toBe(200);
    expect(standby.requests).toHaveLength(1);
  });
});

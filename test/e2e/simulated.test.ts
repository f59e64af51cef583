import { existsSync, readdirSync, readFileSync } from "node:fs";
import Anthropic from "@anthropic-ai/sdk";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CommandResult, createTestEnvironment, type TestEnvironment } from "./environment.ts";

const MODEL = "claude-haiku-5-5";

let environment: TestEnvironment;
let firstUp: CommandResult;
let client: Anthropic;

/** The tests below follow one environment through its life, so each begins where the one before it ended. */
beforeAll(async () => {
  environment = await createTestEnvironment();
  firstUp = await environment.command("up", "--json", "--nodes", "simulated");
  if (firstUp.exitCode !== 0) throw new Error(`npm run up failed:\n${firstUp.stdout}\n${firstUp.stderr}`);
  const { url, apiKey } = firstUp.json.gateway;
  client = new Anthropic({ baseURL: url, apiKey, authToken: null });
});

afterAll(async () => {
  await environment.command("down");
  environment.remove();
});

const ask = (content: string) =>
  client.messages
    .create({ model: MODEL, max_tokens: 2000, messages: [{ role: "user", content }] })
    .withResponse();

const regionOf = async () => (await ask("which region?")).response.headers.get("x-claude-agent-region");

async function waitForRegion(region: string, timeoutMs: number): Promise<number> {
  const started = performance.now();
  while ((await regionOf().catch(() => undefined)) !== region) {
    if (performance.now() - started > timeoutMs)
      throw new Error(`${region} did not answer within ${timeoutMs} ms`);
  }
  return performance.now() - started;
}

describe("npm run up", () => {
  it("brings up two regions with every workload, and says what is simulated", () => {
    const { regions, simulated } = firstUp.json;
    expect(regions.map(({ name, role }: { name: string; role: string }) => [name, role])).toEqual([
      ["region-a", "primary"],
      ["region-b", "standby"],
    ]);
    for (const { workloads } of regions) {
      expect(workloads).toEqual([
        { kind: "Deployment", name: "claude-agent-coordinator", ready: 2, wanted: 2 },
        { kind: "StatefulSet", name: "claude-agent-valkey", ready: 3, wanted: 3 },
      ]);
    }
    expect(simulated).toEqual(expect.arrayContaining(["nodes and containers (kwok)", "Claude"]));
  });

  it("has sent one sample request through the primary", () => {
    expect(firstUp.json.sample).toMatchObject({ region: "region-a", simulated: true });
  });

  it("never takes a key from the environment: none of it reaches state, logs or manifests", async () => {
    const found = await execa(
      "grep",
      ["-rl", environment.env["ANTHROPIC_API_KEY"] ?? "", environment.stateDir],
      {
        reject: false,
      },
    );
    expect(found.stdout).toBe("");
  });

  it("keeps the gateway key out of every file of the environment", async () => {
    const found = await execa("grep", ["-rl", firstUp.json.gateway.apiKey, environment.stateDir], {
      reject: false,
    });
    expect(found.stdout).toBe("");
  });

  it("leaves the clone clean", async () => {
    const { stdout } = await execa("git", [
      "status",
      "--porcelain",
      "--",
      "Pulumi*.yaml",
      "local",
      "policies",
    ]);
    const generated = stdout.split("\n").filter((line) => line.startsWith("??"));
    expect(generated.filter((line) => /encryptionsalt|\.pulumi|dist/.test(line))).toEqual([]);
    expect(readFileSync("Pulumi.local.yaml", "utf8")).not.toContain("encryptionsalt");
  });
});

describe("an Anthropic client at the front door", () => {
  it("gets a message", async () => {
    const { data, response } = await ask("hello");
    expect(data.content).toEqual([{ type: "text", text: "This is the simulated Claude. You said: hello" }]);
    expect(response.headers.get("x-claude-agent-simulated")).toBe("true");
    expect(response.headers.get("request-id")).toMatch(/^req_/);
  });

  it("gets a stream, word by word", async () => {
    const stream = client.messages.stream({
      model: MODEL,
      max_tokens: 2000,
      messages: [{ role: "user", content: "[simulate words=200]" }],
    });
    let deltas = 0;
    stream.on("text", () => {
      deltas += 1;
    });
    const message = await stream.finalMessage();
    expect(deltas).toBe(200);
    expect(message.usage.output_tokens).toBe(200);
  });

  it("is refused without the key that up has minted", async () => {
    const stranger = new Anthropic({ baseURL: firstUp.json.gateway.url, apiKey: "wrong", authToken: null });
    const call = stranger.messages.create({
      model: MODEL,
      max_tokens: 1,
      messages: [{ role: "user", content: "x" }],
    });
    await expect(call).rejects.toBeInstanceOf(Anthropic.AuthenticationError);
  });

  it("can run the example against the printed address", async () => {
    const { url, apiKey } = firstUp.json.gateway;
    const { stdout } = await execa(process.execPath, ["examples/anthropic-sdk.ts"], {
      env: { ANTHROPIC_BASE_URL: url, ANTHROPIC_API_KEY: apiKey },
    });
    expect(stdout).toMatch(/message[\s\S]*stream[\s\S]*error/);
  });
});

describe("when the primary's runtime is killed", () => {
  it("breaks an open stream with an error instead of cutting it silently", async () => {
    const stream = client.messages.stream(
      {
        model: MODEL,
        max_tokens: 2000,
        messages: [{ role: "user", content: "[simulate words=1000 pause-ms=50]" }],
      },
      { maxRetries: 0 },
    );
    stream.once("text", () => process.kill(firstUp.json.regions[0].coordinator.pid, "SIGKILL"));
    await expect(stream.finalMessage()).rejects.toThrow();
  });

  it("answers from the standby within seconds", async () => {
    expect(await waitForRegion("region-b", 10_000)).toBeLessThan(10_000);
  });

  it("makes the front door send to the standby by itself", async () => {
    const frontDoor = async () => (await environment.command("status", "--json")).json.frontDoor;
    await expect.poll(frontDoor, { timeout: 15_000 }).toMatchObject({ state: "up", active: "region-b" });
  });

  it("is reported by status, which exits with 1", async () => {
    const { exitCode, json } = await environment.command("status", "--json");
    expect(exitCode).toBe(1);
    expect(json.regions[0].coordinator.state).toBe("stopped");
  });

  it("is repaired by a second up, which changes no resource", async () => {
    const { exitCode, json, stderr } = await environment.command("up", "--json", "--nodes", "simulated");
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    expect(json.changes).toMatchObject({ created: 0, updated: 0, replaced: 0, deleted: 0 });
    expect(
      json.regions.map(({ coordinator }: { coordinator: { outcome: string } }) => coordinator.outcome),
    ).toEqual(["started", "unchanged"]);
    expect(json.gateway).toEqual(firstUp.json.gateway);
  });

  it("serves from the primary again once that is stable", async () => {
    expect(await waitForRegion("region-a", 30_000)).toBeLessThan(30_000);
    expect((await environment.command("status", "--json")).exitCode).toBe(0);
  });
});

describe("the other commands", () => {
  it("refuse a second one that works on the same environment", async () => {
    const [one, other] = await Promise.all([
      environment.command("up", "--json", "--nodes", "simulated"),
      environment.command("up", "--json", "--nodes", "simulated"),
    ]);
    expect([one.exitCode, other.exitCode].toSorted()).toEqual([0, 1]);
    const refused = one.exitCode === 1 ? one : other;
    expect(refused.json.error.message).toMatch(
      /`npm run up` \(pid \d+\) has been working on this environment/,
    );
  });

  it("show a region's log as JSON lines with request ids and without prompts", async () => {
    await ask("canary-in-a-prompt");
    const { stdout } = await environment.command("logs", "region-a", "--no-follow", "--lines", "20");
    const lines = stdout.split("\n").map((line) => JSON.parse(line));
    expect(lines.some(({ requestId }) => /^req_/.test(requestId))).toBe(true);
    expect(stdout).not.toContain("canary-in-a-prompt");
  });
});

describe("npm run down", () => {
  it("leaves no process, no file and no port behind", async () => {
    const before = await environment.command("status", "--json");
    const { exitCode } = await environment.command("down");
    expect(exitCode).toBe(0);
    expect(existsSync(environment.stateDir)).toBe(false);
    expect(readdirSync(environment.folder)).toEqual([]);
    const processes = await execa("ps", ["-eo", "args"]);
    expect(processes.stdout.split("\n").filter((line) => line.includes(environment.folder))).toEqual([]);
    await expect(fetch(before.json.frontDoor.url)).rejects.toThrow();
  });

  it("is content when there is nothing to stop", async () => {
    expect((await environment.command("down")).exitCode).toBe(0);
  });
});

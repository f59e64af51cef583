import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { createInterface } from "node:readline";
import { GATEWAY_KEY, NO_LIMITS, sha256, writeConfig } from "./running-gateway.ts";

interface LogLine {
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** The runtime as a process of its own, on free loopback ports, answered by the simulated Claude. */
export async function spawnRuntime(entryFile: string, env: Record<string, string> = {}) {
  const configDir = writeConfig(NO_LIMITS);
  const child = spawn(process.execPath, [entryFile], {
    env: {
      UPSTREAM: "simulated",
      GATEWAY_KEY_SHA256: sha256(GATEWAY_KEY),
      HOST: "127.0.0.1",
      HTTP_PORT: "0",
      METRICS_PORT: "0",
      OPS_PORT: "0",
      CONFIG_DIR: configDir,
      ...env,
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const log = createLog(child);
  const exited = once(child, "exit").then(([code, signal]) => {
    rmSync(configDir, { recursive: true, force: true });
    return { code: code as number | null, signal: signal as string | null };
  });
  const { httpPort, metricsPort, opsPort } = await log.line("listening");
  return {
    url: `http://127.0.0.1:${httpPort}`,
    metricsUrl: `http://127.0.0.1:${metricsPort}`,
    opsUrl: `http://127.0.0.1:${opsPort}`,
    log,
    exited,
    signal: (name: NodeJS.Signals) => child.kill(name),
    stop: async () => {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

export type SpawnedRuntime = Awaited<ReturnType<typeof spawnRuntime>>;

function createLog(child: ChildProcess) {
  const lines: LogLine[] = [];
  const waiting = new Map<string, (line: LogLine) => void>();
  if (child.stdout === null) throw new Error("the runtime has no standard output");
  createInterface(child.stdout).on("line", (text) => {
    const line: LogLine = JSON.parse(text);
    lines.push(line);
    for (const [start, resolve] of waiting) if (line.msg.startsWith(start)) resolve(line);
  });
  return {
    /** The first line whose message begins so; waits for it. */
    line(start: string): Promise<LogLine> {
      const known = lines.find(({ msg }) => msg.startsWith(start));
      if (known !== undefined) return Promise.resolve(known);
      return new Promise((resolve) => waiting.set(start, resolve));
    },
  };
}

/** Asks for a stream and waits until its first words are there. */
export async function openStream(url: string, directive: string) {
  const response = await fetch(`${url}/v1/messages`, {
    method: "POST",
    headers: { "x-api-key": GATEWAY_KEY, "content-type": "application/json" },
    body: JSON.stringify({
      model: "claude-sonnet-5-5",
      max_tokens: 100_000,
      stream: true,
      messages: [{ role: "user", content: `[simulate ${directive}]` }],
    }),
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (reader === undefined) throw new Error("the answer has no body");
  const { value: beginning = "" } = await reader.read();
  return {
    /** All of the stream, from its beginning to its end. */
    async rest(): Promise<string> {
      let text = beginning;
      for (let read = await reader.read(); !read.done; read = await reader.read()) text += read.value;
      return text;
    },
    leave: () => reader.cancel(),
  };
}

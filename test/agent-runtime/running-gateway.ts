import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import Anthropic from "@anthropic-ai/sdk";
import { vi } from "vitest";
import { GATEWAY_CONFIG_FILE } from "../../agent-runtime/src/contract.ts";
import { type Env, loadEnv } from "../../agent-runtime/src/env.ts";
import { createUpstream, type Upstream } from "../../agent-runtime/src/gateway/upstream.ts";
import { Lifecycle } from "../../agent-runtime/src/lifecycle.ts";
import { createLogger } from "../../agent-runtime/src/log.ts";
import { createRuntime } from "../../agent-runtime/src/runtime.ts";

export const GATEWAY_KEY = "gateway-key-for-tests";
export const UPSTREAM_KEY = "upstream-key-for-tests";

export const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

/** The environment of a gateway under test. */
export function testEnv(overrides: Partial<Env> = {}): Env {
  const env = loadEnv({ UPSTREAM: "simulated", GATEWAY_KEY_SHA256: sha256(GATEWAY_KEY), REGION: "region-t" });
  return { ...env, logLevel: "trace", ...overrides };
}

/** What a gateway under test is like, besides its environment. */
export interface GatewayTestOptions {
  /** Content of `gateway.yaml`. Nothing is limited when absent. */
  readonly config?: object;
  /** Waits before retries, in milliseconds. None, so that a failure is not tried again, when absent. */
  readonly retryLadderMs?: readonly number[];
  /** May stand between the gateway and its upstream. */
  readonly observe?: (upstream: Upstream) => Upstream;
}

/** A gateway's configuration that limits nothing. */
export const NO_LIMITS = { limits: { key: {} } };

/** Writes `gateway.yaml` into a new folder; returns the folder. */
export function writeConfig(config: object): string {
  const folder = mkdtempSync(path.join(tmpdir(), "gateway-config-"));
  writeFileSync(path.join(folder, GATEWAY_CONFIG_FILE), JSON.stringify(config));
  return folder;
}

/** A machine that runs tests is busy; that is not what they test. */
const NO_LAG = { read: () => 0, stop: () => undefined };

/** Starts a gateway on a loopback port, in front of the upstream at `upstreamUrl`. */
export async function startGateway(
  upstreamUrl: string,
  overrides: Partial<Env> = {},
  { config = NO_LIMITS, retryLadderMs = [], observe = (upstream) => upstream }: GatewayTestOptions = {},
) {
  const configDir = writeConfig(config);
  const env = testEnv({ configDir, ...overrides });
  const logLines: string[] = [];
  const log = createLogger(env, { write: (line) => void logLines.push(line) });
  const lifecycle = new Lifecycle();
  const simulated = env.upstream.kind === "simulated";
  const upstream = observe(
    createUpstream({ baseUrl: upstreamUrl, apiKey: UPSTREAM_KEY, simulated, maxConnections: 64 }),
  );
  const runtime = await createRuntime({ env, log, lifecycle, upstream, retryLadderMs, lagMeter: NO_LAG });
  const { app, turns, metrics } = runtime;
  await app.listen({ host: "127.0.0.1", port: 0 });
  lifecycle.ready();
  const { port } = app.server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    port,
    turns,
    lifecycle,
    logLines,
    metricsText: () => metrics.registry.text(),
    client: new Anthropic({ baseURL: url, apiKey: GATEWAY_KEY, maxRetries: 0, logLevel: "off" }),
    /** Sends a body as it is. */
    post: (
      body: string | Uint8Array<ArrayBuffer>,
      headers: Record<string, string> = {},
      path = "/v1/messages",
    ) =>
      fetch(`${url}${path}`, {
        method: "POST",
        body,
        headers: { "x-api-key": GATEWAY_KEY, "content-type": "application/json", ...headers },
      }),
    runtime,
    configDir,
    close: async () => {
      app.server.closeAllConnections();
      await app.close();
      await runtime.close();
      rmSync(configDir, { recursive: true, force: true });
    },
  };
}

export type RunningGateway = Awaited<ReturnType<typeof startGateway>>;

/** Waits until an expectation holds that no event announces; patient, because machines that run tests are busy. */
export const eventually = <T>(expectation: () => T | Promise<T>) =>
  vi.waitFor(expectation, { timeout: 10_000 });

/** A request body that the gateway accepts. */
export const message = (fields: object = {}) =>
  JSON.stringify({
    model: "claude-sonnet-5-5",
    max_tokens: 64,
    messages: [{ role: "user", content: "Hello" }],
    ...fields,
  });

/** The same for the SDK. */
export const hello = {
  model: "claude-sonnet-5-5",
  max_tokens: 64,
  messages: [{ role: "user" as const, content: "Hello" }],
};

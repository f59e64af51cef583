import { createHash } from "node:crypto";
import type { AddressInfo } from "node:net";
import Anthropic from "@anthropic-ai/sdk";
import { vi } from "vitest";
import { buildApp } from "../../agent-runtime/src/app.ts";
import { type Env, loadEnv } from "../../agent-runtime/src/env.ts";
import { loadModels } from "../../agent-runtime/src/gateway/models.ts";
import { ActiveTurns } from "../../agent-runtime/src/gateway/turns.ts";
import { createUpstream, type Upstream } from "../../agent-runtime/src/gateway/upstream.ts";
import { Lifecycle } from "../../agent-runtime/src/lifecycle.ts";
import { createLogger } from "../../agent-runtime/src/log.ts";
import { createMetrics } from "../../agent-runtime/src/metrics/catalogue.ts";

export const GATEWAY_KEY = "gateway-key-for-tests";
export const UPSTREAM_KEY = "upstream-key-for-tests";

export const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

/** The environment of a gateway under test. */
export function testEnv(overrides: Partial<Env> = {}): Env {
  const env = loadEnv({ UPSTREAM: "simulated", GATEWAY_KEY_SHA256: sha256(GATEWAY_KEY), REGION: "region-t" });
  return { ...env, logLevel: "trace", ...overrides };
}

/**
 * Starts a gateway on a loopback port, in front of the upstream at `upstreamUrl`.
 *
 * @param observe may stand between the gateway and its upstream.
 */
export async function startGateway(
  upstreamUrl: string,
  overrides: Partial<Env> = {},
  observe = (upstream: Upstream) => upstream,
) {
  const env = testEnv(overrides);
  const logLines: string[] = [];
  const log = createLogger(env, { write: (line) => void logLines.push(line) });
  const metrics = createMetrics();
  const turns = new ActiveTurns(env);
  const lifecycle = new Lifecycle();
  const simulated = env.upstream.kind === "simulated";
  const upstream = createUpstream({
    baseUrl: upstreamUrl,
    apiKey: UPSTREAM_KEY,
    simulated,
    maxConnections: 64,
  });
  const deps = { env, log, metrics, models: loadModels(), turns, lifecycle };
  const app = buildApp({ ...deps, upstream: observe(upstream) });
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
    close: async () => {
      app.server.closeAllConnections();
      await app.close();
      await upstream.close();
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

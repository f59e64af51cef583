import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { loadModels } from "../../../agent-runtime/src/gateway/models.ts";
import { replaceModel } from "../../../agent-runtime/src/gateway/top-level-fields.ts";
import {
  toUpstreamError,
  type Upstream,
  type UpstreamRequest,
  type UpstreamResponse,
  type WholeResponse,
} from "../../../agent-runtime/src/gateway/upstream.ts";
import { createBreakerMetrics } from "../../../agent-runtime/src/metrics/breakers.ts";
import { createFallbackMetrics } from "../../../agent-runtime/src/metrics/fallbacks.ts";
import { MetricsRegistry } from "../../../agent-runtime/src/metrics/registry.ts";
import { createUpstreamFailureMetrics } from "../../../agent-runtime/src/metrics/upstream-failures.ts";
import { createUpstreamHeadroomMetrics } from "../../../agent-runtime/src/metrics/upstream-headroom.ts";
import { createUpstreamRetryMetrics } from "../../../agent-runtime/src/metrics/upstream-retries.ts";
import { Breakers } from "../../../agent-runtime/src/resilience/breakers.ts";
import { callUpstream } from "../../../agent-runtime/src/resilience/call-upstream.ts";
import { Headroom } from "../../../agent-runtime/src/resilience/headroom.ts";
import { Retries } from "../../../agent-runtime/src/resilience/retries.ts";
import { RetryBudget } from "../../../agent-runtime/src/resilience/retry-budget.ts";
import { CallReport, type UpstreamCall } from "../../../agent-runtime/src/resilience/upstream-call.ts";

export const SONNET = "claude-sonnet-5-5";
export const OPUS = "claude-opus-5-5";

type Reply = UpstreamResponse | Promise<UpstreamResponse>;

/** How the upstream answers one request; throws where it cannot be reached, and rejects where it takes the request and fails. */
export type Script = (model: string, signal: AbortSignal) => Reply;

interface ScriptedCallsOptions {
  readonly threshold?: number;
  readonly retryFloor?: number;
  readonly firstByteMs?: number;
}

/** Calls to an upstream that exists only in the test, with the real breakers, retries and metrics around it. */
export function scriptCalls({
  threshold,
  retryFloor = 100,
  firstByteMs = 30_000,
}: ScriptedCallsOptions = {}) {
  let script: Script = () => json(200, { ok: true });
  const sent: string[] = [];
  let otherKeys = 0;
  async function ask({ body }: UpstreamRequest, signal: AbortSignal, onSent?: () => void) {
    const { model } = JSON.parse(String(body)) as { model: string };
    sent.push(model);
    try {
      const reply = script(model, signal);
      onSent?.();
      return await orAborted(reply, signal);
    } catch (thrown) {
      throw toUpstreamError(thrown);
    }
  }
  const upstream: Upstream = {
    simulated: true,
    send: (request, signal) => ask(request, signal),
    async sendWhole(request, signal, { onSent, onHead, onBytes } = {}) {
      const { body, ...response } = await ask(request, signal, onSent);
      try {
        onHead?.(response);
        const whole = await orAborted(buffer(body), signal);
        onBytes?.(whole.length);
        return { ...response, whole };
      } catch (thrown) {
        body.destroy();
        throw toUpstreamError(thrown);
      }
    },
    setKeyAside() {
      otherKeys -= 1;
      return otherKeys >= 0;
    },
    close: async () => undefined,
  };
  const registry = new MetricsRegistry();
  const deps = {
    upstream,
    breakers: new Breakers({
      models: loadModels(),
      metrics: createBreakerMetrics(registry),
      ...(threshold === undefined ? {} : { threshold }),
    }),
    retries: new Retries({ budget: new RetryBudget({ floor: retryFloor }), random: () => 0.5 }),
    headroom: new Headroom({ metrics: createUpstreamHeadroomMetrics(registry) }),
    metrics: {
      upstreamFailures: createUpstreamFailureMetrics(registry),
      upstreamRetries: createUpstreamRetryMetrics(registry),
      fallbacks: createFallbackMetrics(registry),
    },
    firstByteMs,
  };
  return {
    deps,
    /** The model of every request that reached the upstream. */
    sent,
    answerWith(next: Script) {
      script = next;
    },
    /** So many keys can take the place of one that is set aside. */
    haveOtherKeys(count: number) {
      otherKeys = count;
    },
    call: (fields: Partial<UpstreamCall> = {}, report = new CallReport()) =>
      callUpstream(deps, { ...callTo(SONNET), ...fields }, report),
    metricsText: () => registry.text(),
  };
}

/** A call that asks for the models in order and has ten minutes. */
export function callTo(...models: readonly [string, ...string[]]): UpstreamCall {
  const body = Buffer.from(JSON.stringify({ model: models[0] }));
  return {
    method: "POST",
    path: "/v1/messages",
    headers: {},
    models,
    bodyFor: (model) => replaceModel(body, model),
    streams: false,
    signal: new AbortController().signal,
    deadlineAtMs: performance.now() + 600_000,
  };
}

function orAborted<T>(reply: T | Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
    Promise.resolve(reply).then(resolve, reject);
  });
}

export const never = () => new Promise<never>(() => undefined);

export function json(status: number, body: unknown, headers: Record<string, string> = {}): UpstreamResponse {
  return {
    status,
    headers: { "content-type": "application/json", ...headers },
    body: Readable.from([Buffer.from(JSON.stringify(body))], { objectMode: false }),
  };
}

export const apiError = (type: string, message = "of the upstream", details?: object) => ({
  type: "error",
  error: { type, message, ...(details === undefined ? {} : { details }) },
  request_id: "req_011CSHoEeqs5C35K2UUqR7Fy",
});

export const overloaded = (headers: Record<string, string> = {}) =>
  json(529, apiError("overloaded_error", "Overloaded"), headers);

export const rateLimited = (headers: Record<string, string> = {}) =>
  json(
    429,
    apiError(
      "rate_limit_error",
      "This request would exceed your account's rate limit. Please try again later.",
    ),
    headers,
  );

/** A stream whose chunks come one at a time. */
export function stream(...chunks: readonly string[]): UpstreamResponse {
  return {
    status: 200,
    headers: { "content-type": "text/event-stream; charset=utf-8", "request-id": "req_up_1" },
    body: Readable.from(
      chunks.map((chunk) => Buffer.from(chunk, "latin1")),
      { objectMode: false },
    ),
  };
}

/** Everything that an answer says. */
export async function textOf(response: UpstreamResponse | WholeResponse): Promise<string> {
  return String("whole" in response ? response.whole : await buffer(response.body));
}

/** A failure of the connection, as the system reports it. */
export const broken = (code: string, fields: object = {}) =>
  Object.assign(new Error("of the connection"), { code, ...fields });

/** What became of a call: its result, or what it threw. */
export const settled = <T>(call: Promise<T>): Promise<T | Error> => call.catch((thrown: Error) => thrown);

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { GatewayError } from "../../../agent-runtime/src/errors.ts";
import { createLogger } from "../../../agent-runtime/src/log.ts";
import { REDACTED_FIELDS } from "../../../agent-runtime/src/redaction.ts";
import { loadTelemetry } from "../../../agent-runtime/src/telemetry/load-telemetry.ts";
import type { Telemetry, TelemetryEnv } from "../../../agent-runtime/src/telemetry/telemetry.ts";
import { readTraceContext } from "../../../agent-runtime/src/telemetry/trace-context.ts";
import { testEnv } from "../running-gateway.ts";
import { type Collector, startCollector } from "./collector.ts";

const CANARY = "canary-91ab";
const CALLER = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" };
const HEADERS = { traceparent: `00-${CALLER.traceId}-${CALLER.spanId}-01`, tracestate: "vendor=value" };
const REQUEST = { method: "POST", route: "/v1/messages", requestId: "req_1", parent: undefined };
const USAGE = {
  inputTokens: 10,
  outputTokens: 20,
  cacheReadTokens: 300,
  cacheWrite5mTokens: 40,
  cacheWrite1hTokens: 5,
};

/** As numbered by OTLP. */
const KIND = { server: 2, client: 3 };
const STATUS = { unset: 0, error: 2 };

let collector: Collector;
let logLines: string[];
let running: Telemetry | undefined;

beforeEach(async () => {
  collector = await startCollector();
  logLines = [];
  vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url);
  vi.stubEnv("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json");
});

afterEach(async () => {
  vi.useRealTimers();
  await running?.shutdown();
  running = undefined;
  await collector.close();
  vi.unstubAllEnvs();
});

const log = () => createLogger(testEnv(), { write: (line) => void logLines.push(line) });

async function load(
  otel: Partial<TelemetryEnv["otel"]> = { endpoint: collector.url },
): Promise<Telemetry | undefined> {
  running = await loadTelemetry({ ...testEnv(), otel: { isDisabled: false, ...otel } }, log());
  return running;
}

async function started(): Promise<Telemetry> {
  const telemetry = await load();
  if (telemetry === undefined) throw new Error("traces are off");
  return telemetry;
}

async function sent(name: string) {
  await running?.shutdown();
  running = undefined;
  const span = collector.spans().find((candidate) => candidate.name.startsWith(name));
  if (span === undefined) throw new Error(`no span ${name} arrived`);
  return span;
}

describe("a traced request", () => {
  it("arrives as a child of the caller's span, and the call of the model as its child", async () => {
    const telemetry = await started();
    const request = telemetry.beginRequest({ ...REQUEST, parent: readTraceContext(HEADERS) });
    const chat = request.beginChat({ model: "claude-sonnet-5-5", streams: true });
    chat.end({ statusCode: 200, responseModel: "claude-sonnet-5-5", usage: USAGE, finishReason: "end_turn" });
    request.end({ statusCode: 200, agentType: "support", tenant: "acme" });
    expect(request.traceId).toBe(CALLER.traceId);

    const outer = await sent("gateway request");
    const inner = await sent("chat");
    expect(outer).toMatchObject({
      ...CALLER,
      spanId: expect.not.stringMatching(CALLER.spanId),
      parentSpanId: CALLER.spanId,
      traceState: "vendor=value",
      kind: KIND.server,
      status: { code: STATUS.unset },
      attributes: {
        "http.request.method": "POST",
        "http.route": "/v1/messages",
        "http.response.status_code": 200,
        "claude_agent.request_id": "req_1",
        "claude_agent.agent_type": "support",
        "claude_agent.tenant": "acme",
      },
    });
    expect(inner).toMatchObject({
      name: "chat claude-sonnet-5-5",
      traceId: CALLER.traceId,
      parentSpanId: outer.spanId,
      kind: KIND.client,
      attributes: {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "anthropic",
        "gen_ai.request.model": "claude-sonnet-5-5",
        "gen_ai.request.stream": true,
        "gen_ai.response.model": "claude-sonnet-5-5",
        "gen_ai.response.finish_reasons": ["end_turn"],
        "gen_ai.usage.input_tokens": 355,
        "gen_ai.usage.output_tokens": 20,
        "gen_ai.usage.cache_read.input_tokens": 300,
        "gen_ai.usage.cache_creation.input_tokens": 45,
      },
    });
    expect(chat.headers).toEqual({
      traceparent: `00-${CALLER.traceId}-${inner.spanId}-01`,
      tracestate: "vendor=value",
    });
    expect(collector.paths).toEqual(["/v1/traces"]);
    expect(collector.resource()).toMatchObject({
      "service.name": "claude-agent",
      "service.version": "dev",
      "deployment.environment.name": "local",
      "cloud.region": "region-t",
    });
  });

  it("begins a trace of its own when the caller sent none", async () => {
    const telemetry = await started();
    const request = telemetry.beginRequest(REQUEST);
    request.end({ statusCode: 200, agentType: "direct" });
    const span = await sent("gateway request");
    expect(span.traceId).toBe(request.traceId);
    expect(span.parentSpanId ?? "").toBe("");
  });

  it("is not sent when its caller does not record, and hands that on", async () => {
    const telemetry = await started();
    const parent = readTraceContext({ traceparent: HEADERS.traceparent.replace(/01$/, "00") });
    const request = telemetry.beginRequest({ ...REQUEST, parent });
    const chat = request.beginChat({ model: "m", streams: false });
    chat.end({ statusCode: 200 });
    request.end({ statusCode: 200, agentType: "direct" });
    expect(chat.headers.traceparent).toMatch(new RegExp(`^00-${CALLER.traceId}-[0-9a-f]{16}-00$`));
    await telemetry.shutdown();
    expect(collector.bodies).toHaveLength(0);
  });

  it("is sampled as OTEL_TRACES_SAMPLER says", async () => {
    vi.stubEnv("OTEL_TRACES_SAMPLER", "always_off");
    const telemetry = await started();
    telemetry.beginRequest(REQUEST).end({ statusCode: 200, agentType: "direct" });
    await telemetry.shutdown();
    expect(collector.bodies).toHaveLength(0);
  });

  it("goes out as protobuf unless told otherwise", async () => {
    vi.stubEnv("OTEL_EXPORTER_OTLP_PROTOCOL", undefined);
    const telemetry = await started();
    const request = telemetry.beginRequest(REQUEST);
    request.end({ statusCode: 200, agentType: "direct" });
    await telemetry.shutdown();
    const body = Buffer.concat(collector.bodies);
    expect(body.includes("gateway request")).toBe(true);
    expect(body.includes(Buffer.from(request.traceId, "hex"))).toBe(true);
  });
});

describe("a failure", () => {
  it("makes both spans errors, with what was thrown", async () => {
    const telemetry = await started();
    const request = telemetry.beginRequest(REQUEST);
    const thrown = new GatewayError("upstream_unreachable");
    const failure = { errorType: "upstream_unreachable", thrown };
    request.beginChat({ model: "m", streams: false }).end({ failure });
    request.end({ statusCode: 502, agentType: "direct", failure });
    for (const name of ["gateway request", "chat"]) {
      expect(await sent(name)).toMatchObject({
        status: { code: STATUS.error, message: "upstream_unreachable" },
        attributes: { "error.type": "upstream_unreachable" },
        events: [
          {
            name: "exception",
            attributes: {
              "exception.message": "The upstream API cannot be reached.",
              "exception.type": expect.anything(),
            },
          },
        ],
      });
    }
  });

  it("of the caller's own doing names its type and is no error of the server", async () => {
    const telemetry = await started();
    const failure = { errorType: "rate_limited" };
    telemetry.beginRequest(REQUEST).end({ statusCode: 429, agentType: "direct", failure });
    expect(await sent("gateway request")).toMatchObject({
      status: { code: STATUS.unset },
      attributes: { "error.type": "rate_limited" },
      events: [],
    });
  });

  it("within a stream that began with status 200 is an error", async () => {
    const telemetry = await started();
    const failure = { errorType: "upstream_overloaded_error" };
    telemetry.beginRequest(REQUEST).end({ statusCode: 200, agentType: "direct", failure });
    expect((await sent("gateway request")).status.code).toBe(STATUS.error);
  });
});

describe("fault 56: secrets and prompts", () => {
  it("fault 56: are not in traces, though what was thrown holds them", async () => {
    const telemetry = await started();
    const request = telemetry.beginRequest({ ...REQUEST, parent: readTraceContext(HEADERS) });
    const chat = request.beginChat({ model: "m", streams: false });
    const thrown = [
      Object.assign(new Error(`key sk-ant-${CANARY}`, { cause: new Error(CANARY) }), {
        body: CANARY,
        prompt: CANARY,
      }),
      new SyntaxError(`Unexpected token in "${CANARY}"`),
      { message: CANARY },
      CANARY,
    ];
    chat.end({ failure: { errorType: "internal", thrown: thrown[0] } });
    for (const each of thrown) {
      telemetry.beginRequest(REQUEST).end({
        statusCode: 500,
        agentType: "direct",
        failure: { errorType: "internal", thrown: each },
      });
    }
    request.end({ statusCode: 500, agentType: "direct" });
    await sent("chat");
    expect(collector.spans()).toHaveLength(6);
    expect(Buffer.concat(collector.bodies).toString()).not.toContain(CANARY);
  });

  it("fault 56: have no attribute to be in: none has a name of the list", async () => {
    const telemetry = await started();
    const request = telemetry.beginRequest(REQUEST);
    const failure = { errorType: "internal", thrown: new Error("x") };
    request
      .beginChat({ model: "m", streams: true })
      .end({ statusCode: 500, responseModel: "m", usage: USAGE, finishReason: "end_turn", failure });
    request.end({ statusCode: 500, agentType: "direct", tenant: "acme", failure });
    await sent("chat");
    const names = collector
      .spans()
      .flatMap(({ attributes, events }) => [
        ...Object.keys(attributes),
        ...events.flatMap((event) => Object.keys(event.attributes)),
      ]);
    const spelled = names.map((name) => name.toLowerCase().replaceAll(/[-_]/g, ""));
    expect(spelled.filter((name) => REDACTED_FIELDS.includes(name))).toEqual([]);
    expect(names.length).toBeGreaterThan(15);
  });
});

describe("traces are off", () => {
  it.each([
    ["without any variable", {}],
    ["when disabled", { isDisabled: true, endpoint: "http://127.0.0.1:9" }],
    ["with the exporter none", { tracesExporter: "none", endpoint: "http://127.0.0.1:9" }],
  ])("%s", async (_what, otel) => {
    expect(await load(otel)).toBeUndefined();
  });

  it("and nothing of OpenTelemetry is loaded then, as it is when they are on", async () => {
    const loads = async (endpoint: string | undefined) => {
      const { href } = new URL("../../../agent-runtime/src/telemetry/load-telemetry.ts", import.meta.url);
      const script = `
        import { registerHooks } from "node:module";
        let loaded = 0;
        registerHooks({ load(url, context, next) { if (url.includes("@opentelemetry")) loaded += 1; return next(url, context); } });
        const { loadTelemetry } = await import(${JSON.stringify(href)});
        const otel = { isDisabled: false, ...${JSON.stringify({ endpoint })} };
        await loadTelemetry({ service: "s", serviceVersion: "v", environment: "e", region: "r", otel }, console);
        console.log(loaded);
        process.exit();`;
      const { stdout } = await promisify(execFile)(process.execPath, [
        "--input-type=module",
        "--eval",
        script,
      ]);
      return Number(stdout);
    };
    expect(await loads(undefined)).toBe(0);
    expect(await loads(collector.url)).toBeGreaterThan(10);
  });

  it("with a line in the log when the SDK cannot be set up", async () => {
    vi.stubEnv("OTEL_TRACES_EXPORTER", "nonsense");
    expect(await load({ tracesExporter: "nonsense" })).toBeUndefined();
    expect(logLines.join()).toContain("traces are off");
  });
});

describe("the end of the program", () => {
  it("waits 5 s for a collector that does not answer, and says what is lost", async () => {
    const silent = await startCollector({ answers: false });
    vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", silent.url);
    const telemetry = await started();
    telemetry.beginRequest(REQUEST).end({ statusCode: 200, agentType: "direct" });
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const stopping = telemetry.shutdown();
    running = undefined;
    vi.advanceTimersByTime(5_000);
    await stopping;
    expect(logLines.join()).toContain("the last ones are lost");
    await silent.close();
  });
});

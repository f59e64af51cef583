import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { PATHS } from "../contract.ts";
import type { ModelCatalogue } from "./models.ts";
import {
  composeReply,
  countInputTokens,
  type Directive,
  readDirective,
  type SimulatedReply,
  simulatedRequestSchema,
} from "./simulated-reply.ts";

const MAX_BODY_BYTES = 256 * 1024 * 1024;

/** A running simulated Claude. */
export interface SimulatedClaude {
  readonly baseUrl: string;
  close(): Promise<void>;
}

/**
 * Starts the simulated Claude: an HTTP server on a loopback port that behaves like the Messages API, so that the
 * gateway reaches it by the very path by which it reaches the real one. Answers are deterministic; faults are asked for
 * in the prompt (see `Directive`).
 */
export async function startSimulatedClaude(models: ModelCatalogue): Promise<SimulatedClaude> {
  const app = Fastify({ bodyLimit: MAX_BODY_BYTES, forceCloseConnections: true });
  app.addHook("onRequest", async (request, reply) => {
    reply.header("request-id", `req_sim_${request.id}`);
  });
  app.setErrorHandler((thrown, _request, reply) =>
    sendError(
      reply,
      400,
      "invalid_request_error",
      `messages: ${thrown instanceof Error ? thrown.name : "invalid"}`,
    ),
  );
  app.get(PATHS.models, async () => listModels(models));
  app.get<{ Params: { model: string } }>(`${PATHS.models}/:model`, async (request, reply) => {
    const model = models.find(request.params.model);
    return model === undefined ? unknownModel(reply, request.params.model) : describeModel(model);
  });
  app.post(PATHS.countTokens, async (request) => ({
    input_tokens: countInputTokens(simulatedRequestSchema.parse(request.body)),
  }));
  app.post(PATHS.messages, (request, reply) => answerMessage(models, request, reply));
  await app.listen({ host: "127.0.0.1", port: 0 });
  return { baseUrl: baseUrlOf(app), close: () => app.close() };
}

const baseUrlOf = (app: FastifyInstance) => `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;

type Models = ModelCatalogue["models"];

const describeModel = ({
  id,
  displayName,
  releasedOn,
  contextWindowTokens,
  maxOutputTokens,
}: Models[number]) => ({
  type: "model",
  id,
  display_name: displayName,
  created_at: `${releasedOn ?? "1970-01-01"}T00:00:00Z`,
  max_input_tokens: contextWindowTokens,
  max_tokens: maxOutputTokens,
});

function listModels({ models }: ModelCatalogue) {
  const data = models.filter(({ deprecatedOn }) => deprecatedOn === null).map(describeModel);
  return { data, has_more: false, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null };
}

async function answerMessage(models: ModelCatalogue, request: FastifyRequest, reply: FastifyReply) {
  const message = simulatedRequestSchema.parse(request.body);
  const directive = readDirective(message);
  sendRateLimits(reply);
  if (models.find(message.model) === undefined) return unknownModel(reply, message.model);
  if (directive.status !== undefined) return simulatedError(reply, directive.status, directive);
  if (directive.hang !== undefined) return new Promise(() => undefined);
  const answer = composeReply(message);
  if (message.stream !== true) {
    await sleep((directive["pause-ms"] ?? 0) * answer.words.length);
    return wholeMessage(answer);
  }
  reply.type("text/event-stream; charset=utf-8").header("cache-control", "no-cache");
  return reply.send(Readable.from(streamEvents(answer, directive), { objectMode: false }));
}

function sendRateLimits(reply: FastifyReply): void {
  reply.headers({
    "anthropic-ratelimit-requests-limit": "4000",
    "anthropic-ratelimit-requests-remaining": "3999",
    "anthropic-ratelimit-tokens-limit": "2000000",
    "anthropic-ratelimit-tokens-remaining": "1999000",
  });
}

function sendError(reply: FastifyReply, status: number, type: string, message: string) {
  return reply
    .code(status)
    .send({ type: "error", error: { type, message }, request_id: reply.getHeader("request-id") });
}

const unknownModel = (reply: FastifyReply, model: string) =>
  sendError(reply, 404, "not_found_error", `model: ${model}`);

const ERROR_TYPES: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  403: "permission_error",
  404: "not_found_error",
  413: "request_too_large",
  429: "rate_limit_error",
  504: "timeout_error",
  529: "overloaded_error",
};

function simulatedError(reply: FastifyReply, status: number, directive: Directive) {
  const retryAfter = directive["retry-after"];
  if (retryAfter !== undefined) reply.header("retry-after", retryAfter);
  return sendError(reply, status, ERROR_TYPES[status] ?? "api_error", "This error was asked for.");
}

const envelope = ({ id, model }: SimulatedReply) => ({ id, type: "message", role: "assistant", model });

const usage = (inputTokens: number, outputTokens: number) => ({
  input_tokens: inputTokens,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
  output_tokens: outputTokens,
  service_tier: "standard",
});

function wholeMessage(answer: SimulatedReply) {
  const text = { type: "text", text: answer.words.join("") };
  const tool = answer.toolUse && { type: "tool_use", ...answer.toolUse, input: {} };
  return {
    ...envelope(answer),
    content: tool === undefined ? [text] : [text, tool],
    stop_reason: answer.stopReason,
    stop_sequence: answer.stopSequence,
    usage: usage(answer.inputTokens, answer.outputTokens),
  };
}

const event = (type: string, fields: object) =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;

const WORDS_BEFORE_FAULT = 3;

async function* streamEvents(answer: SimulatedReply, directive: Directive): AsyncGenerator<string> {
  const { inputTokens, outputTokens, stopReason, stopSequence, toolUse } = answer;
  const message = { ...envelope(answer), content: [], stop_reason: null, stop_sequence: null };
  yield event("message_start", { message: { ...message, usage: usage(inputTokens, 1) } });
  yield event("content_block_start", { index: 0, content_block: { type: "text", text: "" } });
  yield event("ping", {});
  for (const [index, text] of answer.words.entries()) {
    if (index === WORDS_BEFORE_FAULT && (yield* streamFault(directive))) return;
    if (directive["pause-ms"]) await sleep(directive["pause-ms"]);
    yield event("content_block_delta", { index: 0, delta: { type: "text_delta", text } });
  }
  yield event("content_block_stop", { index: 0 });
  if (toolUse !== undefined) yield* toolEvents(toolUse);
  const delta = { stop_reason: stopReason, stop_sequence: stopSequence };
  yield event("message_delta", { delta, usage: { output_tokens: outputTokens } });
  yield event("message_stop", {});
}

function* toolEvents(toolUse: NonNullable<SimulatedReply["toolUse"]>) {
  yield event("content_block_start", {
    index: 1,
    content_block: { type: "tool_use", ...toolUse, input: {} },
  });
  yield event("content_block_delta", { index: 1, delta: { type: "input_json_delta", partial_json: "{}" } });
  yield event("content_block_stop", { index: 1 });
}

/** Returns whether the stream is over. */
async function* streamFault({ stall, break: broken, overload }: Directive): AsyncGenerator<string, boolean> {
  if (stall !== undefined) await new Promise(() => undefined);
  if (broken !== undefined) throw new Error("the simulated connection broke");
  if (overload === undefined) return false;
  yield event("error", { error: { type: "overloaded_error", message: "Overloaded" } });
  return true;
}

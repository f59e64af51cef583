import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { z } from "zod";
import { PATHS } from "../contract.ts";
import type { ModelCatalogue } from "./models.ts";
import {
  composeReply,
  countInputTokens,
  type Directive,
  readDirective,
  type SimulatedReply,
  type SimulatedRequest,
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
  app.get(PATHS.models, async ({ query }) => listModels(models, query));
  app.get<{ Params: { model: string } }>(`${PATHS.models}/:model`, async (request, reply) => {
    const model = models.find(request.params.model);
    return model === undefined ? unknownModel(reply, request.params.model) : describeModel(model);
  });
  app.post(PATHS.countTokens, async (request) => ({
    input_tokens: countInputTokens(simulatedRequestSchema.parse(request.body)),
  }));
  const threads: Threads = new Map();
  app.post(PATHS.messages, (request, reply) => answerMessage({ models, threads }, request, reply));
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

const pageSchema = z.object({
  limit: z.coerce.number().int().min(1).max(1000).default(20),
  after_id: z.string().optional(),
  before_id: z.string().optional(),
});

function listModels({ models }: ModelCatalogue, query: unknown) {
  const { limit, after_id: after, before_id: before } = pageSchema.parse(query);
  const offered = models.filter(({ deprecatedOn }) => deprecatedOn === null).map(describeModel);
  const indexOf = (wanted: string) => offered.findIndex(({ id }) => id === wanted);
  const from = after === undefined ? 0 : indexOf(after) + 1;
  const rest = offered.slice(from, before === undefined ? undefined : Math.max(0, indexOf(before)));
  const data = before === undefined ? rest.slice(0, limit) : rest.slice(-limit);
  const [first, last] = [data.at(0)?.id ?? null, data.at(-1)?.id ?? null];
  return { data, has_more: data.length < rest.length, first_id: first, last_id: last };
}

/** Conversations that callers go on with by the `thread` field, by the id of the answer that they go on from. */
type Threads = Map<string, Pick<SimulatedRequest, "messages" | "system" | "tools">>;

const MAX_THREADS = 256;

interface Memory {
  readonly models: ModelCatalogue;
  readonly threads: Threads;
}

async function answerMessage({ models, threads }: Memory, request: FastifyRequest, reply: FastifyReply) {
  const message = wholeConversation(threads, simulatedRequestSchema.parse(request.body));
  sendRateLimits(reply);
  if (message === undefined) return unknownThread(reply);
  const directive = readDirective(message);
  if (models.find(message.model) === undefined) return unknownModel(reply, message.model);
  if (directive.status !== undefined) return simulatedError(reply, directive.status, directive);
  if (directive.hang !== undefined) return new Promise(() => undefined);
  const answer = composeReply(message);
  if (message.thread) holdThread(threads, message, answer);
  if (message.stream !== true) {
    await sleep((directive["pause-ms"] ?? 0) * answer.words.length);
    return wholeMessage(answer);
  }
  reply.type("text/event-stream; charset=utf-8").header("cache-control", "no-cache");
  return reply.send(Readable.from(streamEvents(answer, directive), { objectMode: false }));
}

/** Whoever continues a thread sends only what is new. */
function wholeConversation(threads: Threads, request: SimulatedRequest): SimulatedRequest | undefined {
  if (request.thread?.type !== "continue") return request;
  const held = threads.get(request.thread.previous_message_id);
  return held && { ...request, ...held, messages: [...held.messages, ...request.messages] };
}

function holdThread(threads: Threads, { messages, system, tools }: SimulatedRequest, answer: SimulatedReply) {
  const answered = { role: "assistant" as const, content: contentOf(answer) };
  threads.delete(answer.id);
  threads.set(answer.id, { messages: [...messages, answered], system, tools });
  const [oldest = ""] = threads.keys();
  if (threads.size > MAX_THREADS) threads.delete(oldest);
}

function sendRateLimits(reply: FastifyReply): void {
  reply.headers({
    "anthropic-ratelimit-requests-limit": "4000",
    "anthropic-ratelimit-requests-remaining": "3999",
    "anthropic-ratelimit-tokens-limit": "2000000",
    "anthropic-ratelimit-tokens-remaining": "1999000",
  });
}

function sendError(reply: FastifyReply, status: number, type: string, message: string, details?: object) {
  const error = { type, message, ...(details === undefined ? {} : { details }) };
  return reply.code(status).send({ type: "error", error, request_id: reply.getHeader("request-id") });
}

const unknownThread = (reply: FastifyReply) =>
  sendError(reply, 404, "not_found_error", "thread: not found", { error_code: "thread_not_found" });

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

const envelope = ({ id, model }: SimulatedReply) => ({
  id,
  type: "message",
  role: "assistant",
  model,
  container: null,
  diagnostics: null,
  stop_details: null,
});

const usage = (inputTokens: number, outputTokens: number) => ({
  input_tokens: inputTokens,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
  output_tokens: outputTokens,
  service_tier: "standard",
});

const contentOf = ({ words, toolUses }: SimulatedReply) => [
  { type: "text", text: words.join("") },
  ...toolUses.map((toolUse) => ({ type: "tool_use", ...toolUse })),
];

const wholeMessage = (answer: SimulatedReply) => ({
  ...envelope(answer),
  content: contentOf(answer),
  stop_reason: answer.stopReason,
  stop_sequence: answer.stopSequence,
  usage: usage(answer.inputTokens, answer.outputTokens),
});

const event = (type: string, fields: object) =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;

const WORDS_BEFORE_FAULT = 3;

async function* streamEvents(answer: SimulatedReply, directive: Directive): AsyncGenerator<string> {
  const { inputTokens, outputTokens, stopReason, stopSequence, toolUses } = answer;
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
  for (const [position, toolUse] of toolUses.entries()) yield* toolEvents(position + 1, toolUse);
  const delta = { stop_reason: stopReason, stop_sequence: stopSequence };
  yield event("message_delta", { delta, usage: { output_tokens: outputTokens } });
  yield event("message_stop", {});
}

function* toolEvents(index: number, { input, ...toolUse }: SimulatedReply["toolUses"][number]) {
  const json = JSON.stringify(input);
  const middle = Math.ceil(json.length / 2);
  yield event("content_block_start", { index, content_block: { type: "tool_use", ...toolUse, input: {} } });
  for (const part of ["", json.slice(0, middle), json.slice(middle)]) {
    yield event("content_block_delta", { index, delta: { type: "input_json_delta", partial_json: part } });
  }
  yield event("content_block_stop", { index });
}

/** Returns whether the stream is over. */
async function* streamFault({ stall, break: broken, overload }: Directive): AsyncGenerator<string, boolean> {
  if (stall !== undefined) await new Promise(() => undefined);
  if (broken !== undefined) throw new Error("the simulated connection broke");
  if (overload === undefined) return false;
  yield event("error", { error: { type: "overloaded_error", message: "Overloaded" } });
  return true;
}

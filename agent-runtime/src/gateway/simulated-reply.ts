import { createHash } from "node:crypto";
import { z } from "zod";

const textBlockSchema = z.looseObject({ type: z.string(), text: z.string().optional() });
const textSchema = z.union([z.string(), z.array(textBlockSchema)]);
/** A tool's result holds its own content. */
const blockSchema = textBlockSchema.extend({ content: textSchema.optional().catch(undefined) });
const contentSchema = z.union([z.string(), z.array(blockSchema)]);

/** The part of a Messages request that the simulated Claude understands. */
export const simulatedRequestSchema = z.looseObject({
  model: z.string(),
  max_tokens: z.int().nonnegative().optional(),
  stream: z.boolean().nullish(),
  system: contentSchema.optional(),
  messages: z
    .array(z.looseObject({ role: z.enum(["user", "assistant", "system"]), content: contentSchema }))
    .min(1),
  stop_sequences: z.array(z.string()).nullish(),
  tools: z.array(z.looseObject({ name: z.string() })).nullish(),
  thread: z
    .discriminatedUnion("type", [
      z.object({ type: z.literal("create") }),
      z.object({ type: z.literal("continue"), previous_message_id: z.string() }),
    ])
    .nullish(),
});

export type SimulatedRequest = z.output<typeof simulatedRequestSchema>;

interface ToolUse {
  readonly id: string;
  readonly name: string;
  readonly input: object;
}

/** Text, tool calls and counts of one simulated answer. The same request always gets the same one. */
export interface SimulatedReply {
  readonly id: string;
  readonly model: string;
  /** The text, cut into what the stream sends at once. */
  readonly words: readonly string[];
  readonly toolUses: readonly ToolUse[];
  readonly stopReason: "end_turn" | "max_tokens" | "stop_sequence" | "tool_use";
  readonly stopSequence: string | null;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

const inputSchema = z.string().transform(parseJson).pipe(z.record(z.string(), z.unknown()));

const DIRECTIVE = /\[simulate ([^\]]*)\]/;
const directiveSchema = z.object({
  status: z.coerce.number().int().min(400).max(599).optional(),
  "retry-after": z.string().optional(),
  words: z.coerce.number().int().min(1).max(1_000_000).optional(),
  "pause-ms": z.coerce.number().int().min(0).max(60_000).optional(),
  hang: z.literal("").optional(),
  stall: z.literal("").optional(),
  break: z.literal("").optional(),
  overload: z.literal("").optional(),
  tool: z.string().optional(),
  input: inputSchema.optional(),
});

/**
 * What the last message of a conversation asks the simulated Claude to do, as `[simulate status=529]`:
 * `status=N` (and `retry-after=S`) answers with that error; `hang` never answers; `words=N` answers with N words;
 * `pause-ms=N` waits before each; after the first words, `stall` falls silent, `break` drops the connection and
 * `overload` sends an `overloaded_error`; `tool` calls the first tool, `tool=NAME,NAME` calls those, and `input=JSON`
 * (without a space or a `]`) is what they are called with.
 */
export type Directive = z.output<typeof directiveSchema>;

export function readDirective(request: SimulatedRequest): Directive {
  const settings = DIRECTIVE.exec(lastText(request))?.[1]?.trim().split(/\s+/) ?? [];
  const pairs = settings.map((setting) => {
    const [name = "", ...value] = setting.split("=");
    return [name, value.join("=")];
  });
  return directiveSchema.safeParse(Object.fromEntries(pairs)).data ?? {};
}

const textOf = (content: z.output<typeof contentSchema>): string =>
  typeof content === "string"
    ? content
    : content.map((block) => block.text ?? textOf(block.content ?? "")).join(" ");

const lastText = ({ messages }: SimulatedRequest): string => textOf(messages.at(-1)?.content ?? "");

/** The rule of thumb that the documentation gives for English: about four characters a token. */
const estimateTokens = (text: string): number => Math.max(1, Math.ceil(text.length / 4));

/** How many input tokens a request counts for. */
export function countInputTokens(request: SimulatedRequest): number {
  const texts = [...request.messages.map(({ content }) => content), request.system ?? ""].map(textOf);
  const tools = request.tools?.length ? JSON.stringify(request.tools) : "";
  return [...texts, tools].filter((text) => text !== "").reduce((sum, text) => sum + estimateTokens(text), 0);
}

/** The answer to a request, as a pure function of it. One word and one tool call count as one token each. */
export function composeReply(request: SimulatedRequest): SimulatedReply {
  const directive = readDirective(request);
  const asked = JSON.stringify([request.messages, request.system, request.tools]);
  const digest = createHash("sha256").update(asked).digest("hex").slice(0, 24);
  const { words, stopReason, stopSequence } = cut(composeWords(request, directive), request);
  const toolUses = stopReason === "end_turn" ? composeToolUses(request, directive, digest) : [];
  return {
    id: `msg_sim_${digest}`,
    model: request.model,
    words,
    toolUses,
    stopReason: toolUses.length > 0 ? "tool_use" : stopReason,
    stopSequence,
    inputTokens: countInputTokens(request),
    outputTokens: words.length + toolUses.length,
  };
}

function composeToolUses(
  { tools }: SimulatedRequest,
  { tool, input = {} }: Directive,
  digest: string,
): ToolUse[] {
  if (tool === undefined) return [];
  const known = (tools ?? []).map(({ name }) => name);
  const names = tool === "" ? known.slice(0, 1) : tool.split(",").filter((name) => known.includes(name));
  return names.map((name, index) => ({ id: `toolu_sim_${digest}_${index}`, name, input }));
}

const MAX_ECHO_CHARACTERS = 400;

function composeWords(request: SimulatedRequest, { words }: Directive): string[] {
  if (words !== undefined) return Array.from({ length: words }, (_, index) => `word${index + 1} `);
  const prompt = lastText(request).trim().slice(0, MAX_ECHO_CHARACTERS);
  return `This is the simulated Claude. You said: ${prompt}`.split(/(?<=\s)/);
}

function cut(words: string[], { max_tokens: maxTokens, stop_sequences: stopSequences }: SimulatedRequest) {
  const text = words.join("");
  const found = (stopSequences ?? [])
    .map((sequence) => ({ sequence, at: text.indexOf(sequence) }))
    .filter(({ at }) => at >= 0)
    .sort((one, other) => one.at - other.at)[0];
  const spoken = found === undefined ? words : text.slice(0, found.at).split(/(?<=\s)/);
  if (maxTokens !== undefined && spoken.length > maxTokens) {
    return { words: spoken.slice(0, maxTokens), stopReason: "max_tokens" as const, stopSequence: null };
  }
  if (found !== undefined) {
    return { words: spoken, stopReason: "stop_sequence" as const, stopSequence: found.sequence };
  }
  return { words: spoken, stopReason: "end_turn" as const, stopSequence: null };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

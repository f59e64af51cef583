import { createHash } from "node:crypto";
import { z } from "zod";

const contentSchema = z.union([
  z.string(),
  z.array(z.looseObject({ type: z.string(), text: z.string().optional() })),
]);

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
});

export type SimulatedRequest = z.output<typeof simulatedRequestSchema>;

/** Text, tool call and counts of one simulated answer. The same request always gets the same one. */
export interface SimulatedReply {
  readonly id: string;
  readonly model: string;
  /** The text, cut into what the stream sends at once. */
  readonly words: readonly string[];
  readonly toolUse?: { readonly id: string; readonly name: string };
  readonly stopReason: "end_turn" | "max_tokens" | "stop_sequence" | "tool_use";
  readonly stopSequence: string | null;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

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
  tool: z.literal("").optional(),
});

/**
 * What the last message of a conversation asks the simulated Claude to do, as `[simulate status=529]`:
 * `status=N` (and `retry-after=S`) answers with that error; `hang` never answers; `words=N` answers with N words;
 * `pause-ms=N` waits before each; after the first words, `stall` falls silent, `break` drops the connection and
 * `overload` sends an `overloaded_error`; `tool` calls the first tool.
 */
export type Directive = z.output<typeof directiveSchema>;

export function readDirective(request: SimulatedRequest): Directive {
  const settings = DIRECTIVE.exec(lastText(request))?.[1]?.trim().split(/\s+/) ?? [];
  const pairs = settings.map((setting) => {
    const [name = "", value = ""] = setting.split("=", 2);
    return [name, value];
  });
  return directiveSchema.safeParse(Object.fromEntries(pairs)).data ?? {};
}

const textOf = (content: z.output<typeof contentSchema>): string =>
  typeof content === "string" ? content : content.map(({ text }) => text ?? "").join(" ");

const lastText = ({ messages }: SimulatedRequest): string => textOf(messages.at(-1)?.content ?? "");

/** The rule of thumb that the documentation gives for English: about four characters a token. */
const estimateTokens = (text: string): number => Math.max(1, Math.ceil(text.length / 4));

/** How many input tokens a request counts for. */
export function countInputTokens(request: SimulatedRequest): number {
  const texts = [...request.messages.map(({ content }) => content), request.system ?? ""].map(textOf);
  const tools = request.tools?.length ? JSON.stringify(request.tools) : "";
  return [...texts, tools].filter((text) => text !== "").reduce((sum, text) => sum + estimateTokens(text), 0);
}

/** The answer to a request, as a pure function of it. One word counts as one token. */
export function composeReply(request: SimulatedRequest): SimulatedReply {
  const directive = readDirective(request);
  const digest = createHash("sha256").update(JSON.stringify(request.messages)).digest("hex").slice(0, 24);
  const tool = directive.tool === undefined ? undefined : request.tools?.[0];
  const { words, stopReason, stopSequence } = cut(composeWords(request, directive), request);
  const common = {
    id: `msg_sim_${digest}`,
    model: request.model,
    words,
    inputTokens: countInputTokens(request),
  };
  if (tool === undefined || stopReason !== "end_turn") {
    return { ...common, stopReason, stopSequence, outputTokens: words.length };
  }
  return {
    ...common,
    toolUse: { id: `toolu_sim_${digest}`, name: tool.name },
    stopReason: "tool_use",
    stopSequence: null,
    outputTokens: words.length + 1,
  };
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

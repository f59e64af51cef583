import { z } from "zod";
import { NO_USAGE, type PriceModifiers, type TokenUsage } from "./models.ts";

/** What has another form than is known here counts as not told, and leaves the rest of the usage readable. */
const count = z.int().nonnegative().nullish().catch(undefined);

const name = z.string().nullish().catch(undefined);

const tokens = {
  input_tokens: count,
  output_tokens: count,
  cache_read_input_tokens: count,
  cache_creation_input_tokens: count,
  cache_creation: z
    .object({ ephemeral_5m_input_tokens: count, ephemeral_1h_input_tokens: count })
    .nullish()
    .catch(undefined),
};

const tokensSchema = z.object(tokens);

/** Usage as an answer of the Messages API tells it. */
export const usageSchema = z.object({
  ...tokens,
  /** One for each call of a model, where the upstream made several. */
  iterations: z.array(tokensSchema).nullish().catch(undefined),
  server_tool_use: z.object({ web_search_requests: count }).nullish().catch(undefined),
  service_tier: name,
  inference_geo: name,
  speed: name,
});

type Tokens = z.output<typeof tokensSchema>;
export type ReportedUsage = z.output<typeof usageSchema>;

/** The calls of a model that are paid for: the top-level figures leave some out, compactions among them. */
function callsOf(usage: ReportedUsage): readonly Tokens[] {
  const { iterations } = usage;
  return iterations === null || iterations === undefined || iterations.length === 0 ? [usage] : iterations;
}

/** Later figures replace earlier ones, as in the stream; absent ones leave them. */
export function mergeUsage(before: TokenUsage, usage: ReportedUsage): TokenUsage {
  const calls = callsOf(usage);
  const [first] = calls;
  if (calls.length === 1 && first !== undefined) return mergeTokens(before, first);
  return calls.map((call) => mergeTokens(NO_USAGE, call)).reduce(sum, NO_USAGE);
}

/** `message_delta` repeats cache writes as a total without its split: what was known as written for an hour is part of it. */
function mergeTokens(before: TokenUsage, usage: Tokens): TokenUsage {
  const write1h = usage.cache_creation?.ephemeral_1h_input_tokens ?? before.cacheWrite1hTokens;
  const total = usage.cache_creation_input_tokens ?? before.cacheWrite5mTokens + before.cacheWrite1hTokens;
  const write5m = usage.cache_creation?.ephemeral_5m_input_tokens ?? Math.max(0, total - write1h);
  return {
    inputTokens: usage.input_tokens ?? before.inputTokens,
    outputTokens: usage.output_tokens ?? before.outputTokens,
    cacheReadTokens: usage.cache_read_input_tokens ?? before.cacheReadTokens,
    cacheWrite5mTokens: write5m,
    cacheWrite1hTokens: write1h,
  };
}

const sum = (one: TokenUsage, other: TokenUsage): TokenUsage => ({
  inputTokens: one.inputTokens + other.inputTokens,
  outputTokens: one.outputTokens + other.outputTokens,
  cacheReadTokens: one.cacheReadTokens + other.cacheReadTokens,
  cacheWrite5mTokens: one.cacheWrite5mTokens + other.cacheWrite5mTokens,
  cacheWrite1hTokens: one.cacheWrite1hTokens + other.cacheWrite1hTokens,
});

/** Whether a figure is there, for every call of a model. */
export function tells(usage: ReportedUsage, figure: "input_tokens" | "output_tokens"): boolean {
  return callsOf(usage).every((call) => typeof call[figure] === "number");
}

export function mergeModifiers(before: PriceModifiers, usage: ReportedUsage): PriceModifiers {
  const { service_tier: serviceTier, inference_geo: inferenceGeo, speed, server_tool_use: tools } = usage;
  return {
    ...before,
    ...(serviceTier ? { serviceTier } : {}),
    ...(inferenceGeo ? { inferenceGeo } : {}),
    ...(speed ? { speed } : {}),
    ...(tools?.web_search_requests ? { webSearches: tools.web_search_requests } : {}),
  };
}

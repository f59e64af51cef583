import type { MessageRequest } from "../gateway/message-request.ts";
import {
  type ModelCatalogue,
  type ModelFacts,
  maxPromptTokens,
  type PriceModifiers,
  promptTokens,
  type TokenUsage,
} from "../gateway/models.ts";
import { ownValue } from "../own-value.ts";
import { toNanoUsd } from "./money.ts";

type Prices = ModelFacts["usdPerMillionTokens"];

/** A price of one dollar per million tokens is 1,000 nano-dollars per token. */
const NANO_PER_PRICE = 1_000;

/** What a call cost at list price, in nano-dollars, rounded up. */
export function costNanoUsd(
  model: ModelFacts,
  usage: TokenUsage,
  modifiers: PriceModifiers,
  catalogue: ModelCatalogue,
): number {
  const prices = pricesFor(model, promptTokens(usage));
  const tokens =
    usage.inputTokens * prices.input +
    usage.cacheWrite5mTokens * prices.cacheWrite5m +
    usage.cacheWrite1hTokens * prices.cacheWrite1h +
    usage.cacheReadTokens * prices.cacheRead +
    usage.outputTokens * prices.output;
  const searches = toNanoUsd((modifiers.webSearches ?? 0) * catalogue.webSearchUsd);
  return roundUp(tokens * NANO_PER_PRICE * factorOf(modifiers, catalogue)) + searches;
}

/** The whole call has the price of a long prompt once its prompt is long. */
function pricesFor({ longPrompt, usdPerMillionTokens }: ModelFacts, prompt: number): Prices {
  return longPrompt !== null && prompt > longPrompt.aboveTokens
    ? longPrompt.usdPerMillionTokens
    : usdPerMillionTokens;
}

/** Products of decimal fractions come out a hair above the whole number they are. */
const roundUp = (nanoUsd: number): number => Math.ceil(nanoUsd - 1e-6);

function factorOf(
  { serviceTier = "", inferenceGeo = "", speed = "" }: PriceModifiers,
  { multipliers }: ModelCatalogue,
): number {
  return (
    (ownValue(multipliers.serviceTier, serviceTier) ?? 1) *
    (ownValue(multipliers.inferenceGeo, inferenceGeo) ?? 1) *
    (ownValue(multipliers.speed, speed) ?? 1)
  );
}

/** Instructions that the upstream puts before a prompt with tools, and what frames each message. Far more than it adds. */
const OVERHEAD_TOKENS = 2_048;

/**
 * Tokens that an image takes at most. The API scales images down to what a model can see; the largest take 4,784 tokens
 * (https://platform.claude.com/docs/en/build-with-claude/vision). The bytes of an image say nothing: one colour compresses
 * to almost none.
 */
const MOST_TOKENS_PER_IMAGE = 5_000;

/**
 * Upper bound of a prompt's tokens. A token of text has at least one byte and JSON only lengthens text, so the body's
 * bytes bound what is text in it; a prompt longer than the window is refused by the upstream, at no cost.
 */
export function boundInputTokens({ bytes, facts }: MessageRequest, model: ModelFacts): number {
  const longest = maxPromptTokens(model);
  if (facts.refersElsewhere) return longest;
  const text = bytes - facts.base64Characters + OVERHEAD_TOKENS;
  return Math.min(text + facts.images * MOST_TOKENS_PER_IMAGE, longest);
}

export function boundOutputTokens({ maxTokens }: MessageRequest, model: ModelFacts): number {
  return Math.min(maxTokens ?? model.maxOutputTokens, model.maxOutputTokens);
}

/** Upper bound of what a call may cost, in nano-dollars; undefined where there is none. */
export function boundNanoUsd(
  request: MessageRequest,
  model: ModelFacts,
  catalogue: ModelCatalogue,
): number | undefined {
  if (request.facts.usesServerTools) return undefined;
  const input = boundInputTokens(request, model);
  const prices = pricesFor(model, input);
  const perInput = { none: prices.input, "5m": prices.cacheWrite5m, "1h": prices.cacheWrite1h }[
    request.facts.cacheWrites
  ];
  const tokens = input * perInput + boundOutputTokens(request, model) * prices.output;
  return roundUp(tokens * NANO_PER_PRICE * largestFactor(request, catalogue));
}

/** A value that is not listed may cost as much as the dearest that is. */
function largestFactor({ speed, inferenceGeo }: MessageRequest, { multipliers }: ModelCatalogue): number {
  const factor = (table: Readonly<Record<string, number>>, value: string | undefined) =>
    value === undefined || value === "standard"
      ? 1
      : (ownValue(table, value) ?? Math.max(1, ...Object.values(table)));
  // Where nothing is asked for, the account's own setting decides where inference runs.
  const geo = Math.max(1, ...Object.values(multipliers.inferenceGeo));
  return (
    factor(multipliers.speed, speed) *
    (inferenceGeo === undefined ? geo : factor(multipliers.inferenceGeo, inferenceGeo))
  );
}

/** Bytes a token of text has on average, in prose and code. */
const BYTES_PER_TOKEN = 4;
/** What an image takes at most; documents take about as much per page. */
const TOKENS_PER_IMAGE_BYTE = 1 / 500;

/** Likely tokens of a prompt, for rate limits; corrected once the answer tells. */
export function estimateInputTokens({ bytes, facts }: MessageRequest): number {
  const text = (bytes - facts.base64Characters) / BYTES_PER_TOKEN;
  return Math.max(1, Math.ceil(text + facts.base64Characters * TOKENS_PER_IMAGE_BYTE));
}

import { GatewayError } from "../errors.ts";
import type { MessageRequest } from "./message-request.ts";
import { type ModelFacts, maxPromptTokens } from "./models.ts";

/** More bytes than a token of text ever has on average over a long prompt: what is refused here would not fit. */
const MOST_BYTES_PER_TOKEN = 6;

/**
 * Refuses what the model cannot do, before the upstream is asked.
 *
 * @throws {GatewayError} `max_tokens_too_large` or `prompt_too_long`
 */
export function refuseImpossible(
  { model: name, maxTokens, bytes, facts }: MessageRequest,
  model: ModelFacts,
): void {
  if (maxTokens !== undefined && maxTokens > model.maxOutputTokens) {
    throw new GatewayError(
      "max_tokens_too_large",
      `It is ${maxTokens}; ${name} gives at most ${model.maxOutputTokens}.`,
    );
  }
  const tokens = Math.floor((bytes - facts.base64Characters) / MOST_BYTES_PER_TOKEN);
  const longest = maxPromptTokens(model);
  if (tokens > longest) {
    throw new GatewayError("prompt_too_long", `It has at least ${tokens} tokens; ${name} takes ${longest}.`);
  }
}

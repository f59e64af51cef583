import Anthropic from "@anthropic-ai/sdk";
import { HEADERS } from "../../agent-runtime/src/contract.ts";

/** What one message through the front door came back with. */
export interface SampleAnswer {
  text: string;
  model: string;
  /** Region that answered. */
  region: string;
  /** True when no real Claude answered. */
  simulated: boolean;
  /** From the first byte sent to the last byte received, in milliseconds. */
  latencyMs: number;
}

const SAMPLE_MODEL = "claude-haiku-5-5";

/**
 * Sends one small message with the official SDK, as a user would.
 *
 * @throws the SDK's error when the platform does not answer
 */
export async function sendSampleRequest(
  url: string,
  apiKey: string,
  signal: AbortSignal,
): Promise<SampleAnswer> {
  const client = new Anthropic({ baseURL: url, apiKey, authToken: null, maxRetries: 2, timeout: 30_000 });
  const started = performance.now();
  const { data, response } = await client.messages
    .create(
      {
        model: SAMPLE_MODEL,
        max_tokens: 64,
        messages: [{ role: "user", content: "Say hello to the operator." }],
      },
      { signal },
    )
    .withResponse();
  const latencyMs = Math.round(performance.now() - started);
  const [block] = data.content;
  return {
    text: block?.type === "text" ? block.text : "",
    model: data.model,
    region: response.headers.get(HEADERS.region) ?? "unknown",
    simulated: response.headers.get(HEADERS.simulated) !== null,
    latencyMs,
  };
}

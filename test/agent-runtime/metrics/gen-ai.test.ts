import { describe, expect, it } from "vitest";
import { createGenAiMetrics } from "../../../agent-runtime/src/metrics/gen-ai.ts";
import { MetricsRegistry } from "../../../agent-runtime/src/metrics/registry.ts";

function genAi() {
  const registry = new MetricsRegistry();
  return { ...createGenAiMetrics(registry), text: () => registry.text() };
}

const COMMON =
  'gen_ai_operation_name="chat",gen_ai_provider_name="anthropic",gen_ai_request_model="claude-sonnet-5-5"';
const model = "claude-sonnet-5-5";

describe("a call of a model", () => {
  it("is observed under the names of the semantic conventions", async () => {
    const { ended, text } = genAi();
    ended({ model, durationSeconds: 2, firstTokenSeconds: 0.4, inputTokens: 1_000, outputTokens: 50 });
    const lines = await text();
    expect(lines).toContain(`gen_ai_server_token_usage_sum{${COMMON},gen_ai_token_type="input"} 1000`);
    expect(lines).toContain(`gen_ai_server_token_usage_sum{${COMMON},gen_ai_token_type="output"} 50`);
    expect(lines).toContain(`gen_ai_server_request_duration_seconds_sum{${COMMON},error_type=""} 2`);
    expect(lines).toContain(`gen_ai_server_time_to_first_token_seconds_sum{${COMMON}} 0.4`);
  });

  it("that failed is observed with its type of error and without a first token", async () => {
    const { ended, text } = genAi();
    ended({ model, durationSeconds: 3, firstTokenSeconds: 1, errorType: "idle_timeout" });
    const lines = await text();
    expect(lines).toContain(
      `gen_ai_server_request_duration_seconds_sum{${COMMON},error_type="idle_timeout"} 3`,
    );
    expect(lines).not.toMatch(/_time_to_first_token_seconds_count\{.*\} [1-9]/);
    expect(lines).not.toMatch(/_token_usage_count\{.*\} [1-9]/);
  });
});

it("fault 54: models and types of errors beyond the bound are counted as `other`", async () => {
  const { ended, text } = genAi();
  for (let index = 0; index < 200; index += 1) {
    ended({ model: `m-${index}`, durationSeconds: 1 });
    ended({ model, durationSeconds: 1, errorType: `e_${index}` });
  }
  const counts = (await text()).match(/^gen_ai_server_request_duration_seconds_count.*/gm) ?? [];
  expect(new Set(counts.map((line) => /request_model="([^"]*)"/.exec(line)?.[1])).size).toBeLessThanOrEqual(
    51,
  );
  expect(new Set(counts.map((line) => /error_type="([^"]*)"/.exec(line)?.[1])).size).toBeLessThanOrEqual(52);
});

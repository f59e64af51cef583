/**
 * The server metrics of the OpenTelemetry semantic conventions for generative AI, with the names that its mapping to
 * Prometheus gives them. Names, attributes and buckets are those of
 * https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-metrics/.
 */
import { METRICS } from "../contract.ts";
import { createBoundedLabel, createModelLabel } from "./bounded-label.ts";
import type { HistogramChild, MetricSpec, MetricsRegistry } from "./registry.ts";

const COMMON_LABELS = ["gen_ai_operation_name", "gen_ai_provider_name", "gen_ai_request_model"] as const;

export const GEN_AI_TOKEN_USAGE = {
  name: METRICS.genAiTokenUsage,
  type: "histogram",
  help: "Tokens of one call of a model, by type: input (cache reads and writes among them) and output.",
  labels: [...COMMON_LABELS, "gen_ai_token_type"],
  buckets: [
    1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864,
  ],
} as const satisfies MetricSpec;

export const GEN_AI_REQUEST_DURATION = {
  name: METRICS.genAiRequestDurationSeconds,
  type: "histogram",
  help: "Time of one call of a model until the end of its answer, in seconds. `error_type` is empty when it succeeded.",
  labels: [...COMMON_LABELS, "error_type"],
  buckets: [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92],
} as const satisfies MetricSpec;

export const GEN_AI_TIME_TO_FIRST_TOKEN = {
  name: METRICS.genAiTimeToFirstTokenSeconds,
  type: "histogram",
  help: "Time of one call of a model until the first token of its answer, of answers that succeeded, in seconds.",
  labels: COMMON_LABELS,
  buckets: [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
} as const satisfies MetricSpec;

const ERROR_TYPE = /^[a-z][a-z0-9_]{0,63}$/;
const MAX_ERROR_TYPES = 50;

/** One call of a model that has ended. Durations in seconds. */
export interface GenAiCall {
  readonly model: string;
  readonly durationSeconds: number;
  /** Absent when no token came. */
  readonly firstTokenSeconds?: number;
  /** All input, cache reads and writes among it. */
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  /** Code of the error table, or `upstream_` and the upstream's own type; absent when it succeeded. */
  readonly errorType?: string;
}

export interface GenAiMetrics {
  ended(call: GenAiCall): void;
}

/** The children of one model, resolved once. */
interface ModelChildren {
  readonly input: HistogramChild;
  readonly output: HistogramChild;
  readonly firstToken: HistogramChild;
  duration(errorType: string): HistogramChild;
}

export function createGenAiMetrics(registry: MetricsRegistry): GenAiMetrics {
  const modelLabel = createModelLabel();
  const errorLabel = createBoundedLabel({ pattern: ERROR_TYPE, maxValues: MAX_ERROR_TYPES });
  const resolve = createResolver(registry);
  const byModel = new Map<string, ModelChildren>();
  return {
    ended({ model, durationSeconds, firstTokenSeconds, inputTokens, outputTokens, errorType }) {
      const label = modelLabel(model);
      const children = byModel.get(label) ?? resolve(label);
      byModel.set(label, children);
      children.duration(errorType === undefined ? "" : errorLabel(errorType)).observe(durationSeconds);
      if (inputTokens !== undefined) children.input.observe(inputTokens);
      if (outputTokens !== undefined) children.output.observe(outputTokens);
      if (firstTokenSeconds !== undefined && errorType === undefined)
        children.firstToken.observe(firstTokenSeconds);
    },
  };
}

function createResolver(registry: MetricsRegistry): (model: string) => ModelChildren {
  const tokens = registry.histogram(GEN_AI_TOKEN_USAGE);
  const durations = registry.histogram(GEN_AI_REQUEST_DURATION);
  const firstTokens = registry.histogram(GEN_AI_TIME_TO_FIRST_TOKEN);
  return (model) => {
    const common = {
      gen_ai_operation_name: "chat",
      gen_ai_provider_name: "anthropic",
      gen_ai_request_model: model,
    };
    const success = durations.with({ ...common, error_type: "" });
    return {
      input: tokens.with({ ...common, gen_ai_token_type: "input" }),
      output: tokens.with({ ...common, gen_ai_token_type: "output" }),
      firstToken: firstTokens.with(common),
      duration: (errorType) =>
        errorType === "" ? success : durations.with({ ...common, error_type: errorType }),
    };
  };
}

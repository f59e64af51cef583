import { METRICS } from "../../../agent-runtime/src/contract.ts";
import type { ObservabilityFacts } from "../facts.ts";
import type { DashboardSpec, Panel } from "./panel.ts";
import { quantile, query, rare, rate, series } from "./query.ts";

const MODEL = ["model"];
const NO_FAILURE = "no call of the upstream has failed yet";

/** Between a caller and the API. */
export function gateway(facts: ObservabilityFacts): DashboardSpec {
  return {
    title: "Claude agents: gateway",
    description: "What the upstream does, what the gateway makes of it, and what it costs in time.",
    variables: ["region", "model"],
    alert: "UpstreamFailing",
    rows: [
      { title: "Upstream", panels: upstreamPanels(facts) },
      { title: "Time", panels: timePanels() },
      { title: "Admission and caches", panels: admissionPanels() },
      { title: "Models, as OpenTelemetry names it", panels: genAiPanels() },
      { title: "HTTP", panels: httpPanels() },
    ],
  };
}

function upstreamPanels({ thresholds }: ObservabilityFacts): Panel[] {
  return [
    {
      kind: "graph",
      title: "Failures",
      description: "Attempts a second that failed, by model and class.",
      unit: "reqps",
      queries: [
        rare(
          `sum by (model, class) (${rate(METRICS.upstreamFailuresTotal, {}, MODEL)})`,
          "{{model}} {{class}}",
          NO_FAILURE,
        ),
      ],
    },
    {
      kind: "graph",
      title: "Retries",
      description: "A second, by outcome. Retries are at most a tenth of the traffic.",
      unit: "reqps",
      queries: [
        rare(
          `sum by (model, outcome) (${rate(METRICS.upstreamRetriesTotal, {}, MODEL)})`,
          "{{model}} {{outcome}}",
          NO_FAILURE,
        ),
      ],
    },
    {
      kind: "list",
      title: "Breakers",
      description: "0 closed, 1 half-open, 2 open; the worst pod.",
      unit: "short",
      levels: { warn: 1, crit: 2 },
      queries: [query(`max by (model) (${series(METRICS.breakerState, {}, MODEL)})`, "{{model}}")],
    },
    {
      kind: "graph",
      title: "Fallbacks",
      description: "A second, from the model that was asked for to the one tried.",
      unit: "reqps",
      queries: [rare(`sum by (from, to) (${rate(METRICS.fallbacksTotal)})`, "{{from}} → {{to}}", NO_FAILURE)],
    },
    {
      kind: "list",
      title: "Head-room",
      description: "What is left of the provider's own limits. More pods do not help when it is low.",
      unit: "percentunit",
      levels: { warn: 2 * thresholds.headroomRatio, crit: thresholds.headroomRatio, lowIsBad: true },
      queries: [
        rare(
          `min by (model_class, kind) (${series(METRICS.upstreamHeadroomRatio)})`,
          "{{model_class}} {{kind}}",
          "the upstream has not told its limits; the simulated one has none",
        ),
      ],
    },
  ];
}

function timePanels(): Panel[] {
  return [
    {
      kind: "graph",
      title: "The gateway's own time",
      description: "Median and 99th percentile of what a request spends here without waiting for the API.",
      unit: "s",
      levels: { warn: 0.1, crit: 0.25 },
      queries: [
        query(quantile(0.5, METRICS.gatewayOverheadSeconds, ["operation"]), "{{operation}} p50"),
        query(quantile(0.99, METRICS.gatewayOverheadSeconds, ["operation"]), "{{operation}} p99"),
      ],
    },
    {
      kind: "graph",
      title: "First byte",
      description: "95th percentile of the time until the API's answer begins, by model.",
      unit: "s",
      levels: { warn: 10, crit: 30 },
      queries: [query(quantile(0.95, METRICS.timeToFirstByteSeconds, ["model"]), "{{model}}")],
    },
  ];
}

function admissionPanels(): Panel[] {
  return [
    {
      kind: "graph",
      title: "Admission",
      description: "Decisions a second, and where they were taken: in the store, or alone while it was away.",
      unit: "reqps",
      queries: [
        query(
          `sum by (decision, ledger) (${rate(METRICS.limiterDecisionsTotal)})`,
          "{{decision}} {{ledger}}",
        ),
      ],
    },
    {
      kind: "graph",
      title: "Caches",
      description: "Requests a second, by cache and outcome.",
      unit: "reqps",
      queries: [
        query(`sum by (cache, outcome) (${rate(METRICS.cacheRequestsTotal)})`, "{{cache}} {{outcome}}"),
      ],
    },
    {
      kind: "graph",
      title: "Refused for overload",
      description: "Requests a second that were answered with 529, by what was too much.",
      unit: "reqps",
      queries: [
        rare(`sum by (reason) (${rate(METRICS.shedTotal)})`, "{{reason}}", "no pod has been overloaded yet"),
      ],
    },
    {
      kind: "graph",
      title: "Configuration",
      description: "Changes of mounted files within an hour, taken or refused.",
      unit: "short",
      queries: [
        rare(
          `sum by (file, outcome) (increase(${series(METRICS.configReloadsTotal)}[1h]))`,
          "{{file}} {{outcome}}",
          "no file has changed since the pods began",
        ),
      ],
    },
  ];
}

function genAiPanels(): Panel[] {
  const model = ["gen_ai_request_model"];
  return [
    {
      kind: "graph",
      title: "Tokens of a call",
      description: "Mean of input and output tokens, by model.",
      unit: "short",
      queries: [
        query(
          `sum by (gen_ai_request_model, gen_ai_token_type) (${rate(`${METRICS.genAiTokenUsage}_sum`)}) / sum by (gen_ai_request_model, gen_ai_token_type) (${rate(`${METRICS.genAiTokenUsage}_count`)})`,
          "{{gen_ai_request_model}} {{gen_ai_token_type}}",
        ),
      ],
    },
    {
      kind: "graph",
      title: "Time of a call",
      description: "95th percentile until the end of the answer, and until its first token.",
      unit: "s",
      queries: [
        query(quantile(0.95, METRICS.genAiRequestDurationSeconds, model), "{{gen_ai_request_model}} whole"),
        query(
          quantile(0.95, METRICS.genAiTimeToFirstTokenSeconds, model),
          "{{gen_ai_request_model}} first token",
        ),
      ],
    },
  ];
}

function httpPanels(): Panel[] {
  return [
    {
      kind: "graph",
      title: "Requests by route",
      description: "A second, by route and status.",
      unit: "reqps",
      queries: [
        query(
          `sum by (method, route, status_code) (${rate(METRICS.httpRequestsTotal)})`,
          "{{method}} {{route}} {{status_code}}",
        ),
      ],
    },
    {
      kind: "graph",
      title: "Time by route",
      description: "95th percentile.",
      unit: "s",
      queries: [query(quantile(0.95, METRICS.httpRequestDurationSeconds, ["route"]), "{{route}}")],
    },
  ];
}

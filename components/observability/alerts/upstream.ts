import { METRICS } from "../../../agent-runtime/src/contract.ts";
import type { Alert, AlertTable } from "../alert.ts";
import type { ObservabilityFacts } from "../facts.ts";
import { happened, select } from "../promql.ts";

/** Failure classes of the gateway that stop everybody until somebody acts: one is enough. */
const AT_ONCE = [
  {
    name: "UpstreamSpendCapReached",
    classes: ["organisation_spend_cap"],
    summary: "The organisation's spend cap is reached",
    description:
      "The upstream answers nobody until the cap is raised or the period is over; waiting does not help.",
  },
  {
    name: "UpstreamSelfSetLimitReached",
    classes: ["self_set_limit"],
    summary: "A limit that the organisation set itself is reached",
    description: "The upstream answers nobody until the limit of the organisation or workspace is raised.",
  },
  {
    name: "UpstreamAuthenticationFailed",
    classes: ["authentication"],
    summary: "The upstream refuses the gateway's key",
    description: "The key of the upstream is wrong, expired or revoked.",
  },
  {
    name: "UpstreamPermissionDenied",
    classes: ["permission"],
    summary: "The upstream does not permit {{ $labels.model }} to the gateway's key",
    description: "The key is good and lacks a permission for what was asked.",
  },
] as const;

/** Failure classes that come and go: what counts is their part of the requests. */
const BY_PART = [
  {
    name: "UpstreamRateLimited",
    classes: ["rate_limit"],
    severity: "warning",
    summary: "The upstream limits the rate of {{ $labels.model }}",
    description:
      "More pods do not help: the limit is the provider's. Requests wait, fall back or are refused.",
  },
  {
    name: "UpstreamOverloaded",
    classes: ["overloaded", "overloaded_in_stream"],
    severity: "warning",
    summary: "The upstream is overloaded for {{ $labels.model }}",
    description: "The API answers 529; retries are bounded and fallbacks answer where there are some.",
  },
  {
    name: "UpstreamFailing",
    classes: ["server_error"],
    severity: "critical",
    summary: "The upstream fails for {{ $labels.model }}",
    description: "The API answers with errors of its own.",
  },
  {
    name: "UpstreamUnreachable",
    classes: ["connect_timeout", "connection"],
    severity: "critical",
    summary: "The upstream cannot be reached for {{ $labels.model }}",
    description: "Connections cannot be made or break: the API, the network in between, or a network policy.",
  },
  {
    name: "UpstreamSlow",
    classes: ["first_byte_timeout", "idle_timeout"],
    severity: "warning",
    summary: "The upstream is too slow for {{ $labels.model }}",
    description: "Answers do not begin, or pause, for longer than the gateway waits.",
  },
] as const;

/** What the API behind the gateway does, and what is left of its limits and of the budgets. */
export const upstreamAlerts: AlertTable = (facts) => [
  ...AT_ONCE.map(
    ({ classes, ...row }): Alert => ({
      ...row,
      ...GATEWAY,
      severity: "critical",
      for: "0m",
      expr: happened(select(facts, METRICS.upstreamFailuresTotal, { class: classes }), "model", "5m"),
    }),
  ),
  ...BY_PART.map(
    ({ classes, ...row }): Alert => ({
      ...row,
      ...GATEWAY,
      for: "5m",
      expr: `sum by (model) (rate(${select(facts, METRICS.upstreamFailuresTotal, { class: classes })}[5m])) / scalar(sum(rate(${select(facts, METRICS.requestsTotal)}[5m]))) > ${facts.thresholds.upstreamFailureRatio}`,
    }),
  ),
  ...stateAlerts(facts),
  ...budgetAlerts(facts),
];

const GATEWAY = { team: "platform", dashboard: "gateway" } as const;

function stateAlerts(facts: ObservabilityFacts): Alert[] {
  const { headroomRatio } = facts.thresholds;
  return [
    {
      ...GATEWAY,
      name: "UpstreamBreakerOpen",
      severity: "warning",
      for: "2m",
      expr: `max by (model) (${select(facts, METRICS.breakerState)}) == 2`,
      summary: "The breaker of {{ $labels.model }} is open",
      description: "Requests for this model go to its fallback or are refused, until a probe succeeds.",
    },
    {
      ...GATEWAY,
      name: "UpstreamHeadroomLow",
      severity: "warning",
      for: "5m",
      expr: `min by (model_class, kind) (${select(facts, METRICS.upstreamHeadroomRatio)}) < ${headroomRatio}`,
      summary:
        "{{ $value | humanizePercentage }} is left of the upstream's {{ $labels.kind }} for {{ $labels.model_class }}",
      description: "The provider's limit is close. Pods do not help; spread the load or ask for more.",
    },
    {
      ...GATEWAY,
      name: "FallbacksInUse",
      severity: "info",
      for: "10m",
      expr: `sum by (from, to) (rate(${select(facts, METRICS.fallbacksTotal)}[10m])) > 0`,
      summary: "{{ $labels.to }} answers for {{ $labels.from }}",
      description:
        "Callers get another model than they asked for; the header x-claude-agent-fallback tells them.",
    },
  ];
}

function budgetAlerts(facts: ObservabilityFacts): Alert[] {
  const used = `max by (scope, window) (${select(facts, METRICS.budgetUsedRatio)})`;
  const common = { team: "agents", dashboard: "cost", for: "1m" } as const;
  return [
    {
      ...common,
      name: "BudgetNearlySpent",
      severity: "warning",
      expr: `${used} > ${facts.thresholds.budgetRatio} < 0.99`,
      summary:
        "{{ $labels.scope }} has used {{ $value | humanizePercentage }} of its budget of a {{ $labels.window }}",
      description: "Requests are refused once nothing is left.",
    },
    {
      ...common,
      name: "BudgetSpent",
      severity: "critical",
      expr: `${used} >= 0.99`,
      summary: "{{ $labels.scope }} has spent its budget of a {{ $labels.window }}",
      description: "Requests of this scope are refused until the window is over or the budget is raised.",
    },
  ];
}

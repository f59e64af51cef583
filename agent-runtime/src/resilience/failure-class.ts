import type { Severity } from "../errors.ts";

/** What happens after a failure, and who is told. */
interface FailureSpec {
  readonly meaning: string;
  /** Whether the same model may be asked again, after a wait. */
  readonly retries: boolean;
  /** Whether it counts for the model's circuit breaker: only what says that the upstream itself is in trouble. */
  readonly trips: boolean;
  /** Whether another model may be asked instead. */
  readonly fallsBack: boolean;
  readonly severity: Severity;
  /** The alert that watches this class; null when a failure of one caller is nobody else's concern. */
  readonly alert: string | null;
}

const AGAIN = { retries: true, trips: true, fallsBack: true } as const;
const NEVER = { retries: false, trips: false, fallsBack: false } as const;

/** Every way in which a call can fail, in one table. Bodies of the API by which they are told apart: `classify-answer.ts`. */
export const FAILURES = {
  rate_limit: {
    meaning: "The upstream's rate limit is reached; it clears within minutes.",
    retries: true,
    trips: false,
    fallsBack: true,
    severity: "warning",
    alert: "UpstreamRateLimited",
  },
  organisation_spend_cap: {
    meaning: "The organisation's spend cap is reached or its credit used up; waiting does not help.",
    ...NEVER,
    severity: "critical",
    alert: "UpstreamSpendCapReached",
  },
  self_set_limit: {
    meaning: "A limit that the organisation set itself, for all or for one workspace, is reached.",
    ...NEVER,
    severity: "critical",
    alert: "UpstreamSelfSetLimitReached",
  },
  overloaded: {
    meaning: "The upstream is overloaded and said so before its answer began.",
    ...AGAIN,
    severity: "warning",
    alert: "UpstreamOverloaded",
  },
  overloaded_in_stream: {
    meaning:
      "The upstream began a stream and said in it that it is overloaded. Tried again only as the first event.",
    ...AGAIN,
    severity: "warning",
    alert: "UpstreamOverloaded",
  },
  server_error: {
    meaning:
      "The upstream failed, or gave an answer that cannot be passed on. Tried again only after an error status.",
    ...AGAIN,
    severity: "critical",
    alert: "UpstreamFailing",
  },
  connect_timeout: {
    meaning: "No connection to the upstream came about in time.",
    ...AGAIN,
    severity: "critical",
    alert: "UpstreamUnreachable",
  },
  first_byte_timeout: {
    meaning: "A stream did not begin in time. It may have been paid for, so nothing is tried again.",
    retries: false,
    trips: true,
    fallsBack: false,
    severity: "critical",
    alert: "UpstreamSlow",
  },
  idle_timeout: {
    meaning: "A stream that had begun fell silent. Its beginning is out, so nothing can be tried again.",
    ...NEVER,
    severity: "critical",
    alert: "UpstreamSlow",
  },
  total_timeout: {
    meaning: "The turn took longer than the gateway or the caller's deadline allows.",
    ...NEVER,
    severity: "warning",
    alert: null,
  },
  connection: {
    meaning:
      "The connection failed or broke: name, TLS, refused, reset, broken off. Tried again only if the request was not sent: it may have been paid for.",
    ...AGAIN,
    severity: "critical",
    alert: "UpstreamUnreachable",
  },
  invalid_request: {
    meaning: "The request is not valid.",
    ...NEVER,
    severity: "info",
    alert: null,
  },
  authentication: {
    meaning: "A key is not accepted. If it is the upstream's key, the next one is tried at once.",
    ...NEVER,
    severity: "critical",
    alert: "UpstreamAuthenticationFailed",
  },
  permission: {
    meaning: "The upstream's key may not do this.",
    ...NEVER,
    severity: "warning",
    alert: "UpstreamPermissionDenied",
  },
  not_found: {
    meaning: "There is no such model or path; a retired model may have a fallback.",
    retries: false,
    trips: false,
    fallsBack: true,
    severity: "info",
    alert: null,
  },
  too_large: {
    meaning: "The request has too many bytes.",
    ...NEVER,
    severity: "info",
    alert: null,
  },
  refused_by_policy: {
    meaning: "A policy, an operator's switch or the upstream's content filter refuses the request.",
    ...NEVER,
    severity: "info",
    alert: null,
  },
  client_gone: {
    meaning: "The caller left.",
    ...NEVER,
    severity: "info",
    alert: null,
  },
  budget: {
    meaning: "A budget of this gateway is used up, or the cost of the request has no bound.",
    ...NEVER,
    severity: "warning",
    alert: null,
  },
  limiter: {
    meaning: "A limit of this gateway is reached.",
    ...NEVER,
    severity: "info",
    alert: null,
  },
  breaker_open: {
    meaning: "The model's circuit breaker is open; the upstream was not asked.",
    retries: false,
    trips: false,
    fallsBack: true,
    severity: "warning",
    alert: "UpstreamBreakerOpen",
  },
  draining: {
    meaning: "This process is ending.",
    ...NEVER,
    severity: "warning",
    alert: null,
  },
  shedding: {
    meaning: "This process is overloaded, or the store that it must ask is lost.",
    ...NEVER,
    severity: "warning",
    alert: "GatewayShedding",
  },
} as const satisfies Record<string, FailureSpec>;

/** The failure classes: a closed union, the `class` label of `claude_agent_upstream_failures_total`. */
export type FailureClass = keyof typeof FAILURES;

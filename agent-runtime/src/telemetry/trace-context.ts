type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** Trace headers for the next server. */
export interface TraceHeaders {
  readonly traceparent: string;
  readonly tracestate?: string;
}

/** The trace that a caller's request belongs to. */
export interface TraceContext {
  /** 32 lower-case hexadecimal digits. */
  readonly traceId: string;
  /** Of the caller's span: 16 lower-case hexadecimal digits. */
  readonly spanId: string;
  readonly isSampled: boolean;
  /** To be passed on unchanged when this program makes no span of its own. */
  readonly headers: TraceHeaders;
}

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-[\x21-\x7e]{0,200})?$/;
const SAMPLED = 1;

/** Every vendor must pass on at least this much, and none needs more. */
const TRACESTATE = /^[\x20-\x7e]{1,512}$/;
const MAX_TRACESTATE_MEMBERS = 32;

/**
 * The caller's trace by https://www.w3.org/TR/trace-context/; undefined when it sent none or one that is not valid. A
 * `tracestate` that is not valid is left out.
 */
export function readTraceContext(headers: Headers): TraceContext | undefined {
  const { traceparent, tracestate } = headers;
  if (typeof traceparent !== "string") return undefined;
  const [, version, traceId = "", spanId = "", flags = "", rest] = TRACEPARENT.exec(traceparent) ?? [];
  // Only later versions may have more fields; ff is none.
  if (version === undefined || version === "ff" || (version === "00" && rest !== undefined)) return undefined;
  if (isZero(traceId) || isZero(spanId)) return undefined;
  const isSampled = (Number.parseInt(flags, 16) & SAMPLED) === SAMPLED;
  const state = typeof tracestate === "string" && isTracestate(tracestate) ? { tracestate } : {};
  return { traceId, spanId, isSampled, headers: { traceparent, ...state } };
}

const isZero = (id: string) => /^0+$/.test(id);

function isTracestate(value: string): boolean {
  return TRACESTATE.test(value) && value.split(",").length <= MAX_TRACESTATE_MEMBERS;
}

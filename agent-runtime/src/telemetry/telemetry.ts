import type { Env } from "../env.ts";
import type { TokenUsage } from "../gateway/models.ts";
import type { TraceContext, TraceHeaders } from "./trace-context.ts";

/** What decides whether there are traces, and how they name this program. */
export interface TelemetryEnv extends Pick<Env, "service" | "serviceVersion" | "environment" | "region"> {
  readonly otel: {
    /** `OTEL_SDK_DISABLED=true`. */
    readonly isDisabled: boolean;
    /** `OTEL_EXPORTER_OTLP_ENDPOINT` */
    readonly endpoint?: string;
    /** `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` */
    readonly tracesEndpoint?: string;
    /** `OTEL_TRACES_EXPORTER`: `otlp`, `console` or `none`. */
    readonly tracesExporter?: string;
    /** `OTEL_SERVICE_NAME`; absent: the service's own name. */
    readonly serviceName?: string;
  };
}

/** Traces of the gateway. Where they are off there is none of these. No span ever holds words of a prompt or an answer. */
export interface Telemetry {
  /** Begins the span of a request to the gateway, as a child of the caller's. */
  beginRequest(request: TracedRequest): RequestSpan;
  /** Sends what was recorded, within 5 s. Never rejects. */
  shutdown(): Promise<void>;
}

export interface TracedRequest {
  readonly method: string;
  /** Pattern of the route, never the path. */
  readonly route: string;
  readonly requestId: string;
  readonly parent: TraceContext | undefined;
}

/** `gateway request`: from a request's arrival to the end of its answer. */
export interface RequestSpan {
  /** 32 hexadecimal digits, for log lines. */
  readonly traceId: string;
  /** Begins the span of one call of a model; a retry or a fallback is another one. */
  beginChat(call: TracedChat): ChatSpan;
  /** Only the first call counts. */
  end(outcome: RequestOutcome): void;
}

/** `chat <model>`: one call of a model. */
export interface ChatSpan {
  /** For the upstream, which goes on with the trace. */
  readonly headers: TraceHeaders;
  /** Only the first call counts. */
  end(outcome: ChatOutcome): void;
}

export interface TracedChat {
  /** Bounded: an id of the catalogue or `other`. */
  readonly model: string;
  readonly streams: boolean;
}

/** Why something did not succeed. */
export interface TracedFailure {
  /** Code of the error table, or `upstream_` and the upstream's own type. */
  readonly errorType: string;
  /** What was thrown, if anything was. Of it only name, message and code are written down, without secrets. */
  readonly thrown?: unknown;
}

export interface RequestOutcome {
  readonly statusCode: number;
  /** Bounded labels. */
  readonly agentType: string;
  readonly tenant?: string;
  readonly failure?: TracedFailure;
}

export interface ChatOutcome {
  readonly statusCode?: number;
  /** As the upstream named it. */
  readonly responseModel?: string;
  readonly usage?: TokenUsage;
  readonly finishReason?: string;
  readonly failure?: TracedFailure;
}

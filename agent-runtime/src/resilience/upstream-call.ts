import type { Upstream, UpstreamRequest } from "../gateway/upstream.ts";
import type { FallbackMetrics } from "../metrics/fallbacks.ts";
import type { UpstreamFailureMetrics } from "../metrics/upstream-failures.ts";
import type { UpstreamRetryMetrics } from "../metrics/upstream-retries.ts";
import type { Breakers } from "./breakers.ts";
import type { FailureClass } from "./failure-class.ts";
import type { Headroom } from "./headroom.ts";
import type { Retries } from "./retries.ts";

/** What all calls of this process share. */
export interface CallDeps {
  readonly upstream: Upstream;
  readonly breakers: Breakers;
  readonly retries: Retries;
  readonly headroom: Headroom;
  readonly metrics: {
    readonly upstreamFailures: UpstreamFailureMetrics;
    readonly upstreamRetries: UpstreamRetryMetrics;
    readonly fallbacks: FallbackMetrics;
  };
  /** How long the first event of a stream may take, in each attempt. */
  readonly firstByteMs: number;
}

/** One caller's request, for every model that may answer it. */
export interface UpstreamCall extends Omit<UpstreamRequest, "body"> {
  /** The model asked for, then its fallbacks in order. */
  readonly models: readonly [string, ...string[]];
  /** The request's body for one of the models; undefined when it has none. */
  bodyFor(model: string): Buffer | undefined;
  /** Whether a stream is asked for. */
  readonly streams: boolean;
  /** Ends the call at any point, with its reason. */
  readonly signal: AbortSignal;
  /** Told how many bytes of an answer that is not streamed are held; what it throws ends the call. */
  readonly onBytes?: (bytes: number) => void;
  /**
   * Whether an answer is only the beginning of work that goes on, like that of a batch. A POST of this kind is sent again
   * only when the upstream surely did not take it.
   */
  readonly startsWork?: boolean;
  /** When the caller's time is over, by `performance.now()`. No wait goes beyond it. */
  readonly deadlineAtMs: number;
}

/** How a call went. Filled on the way, so it is right also when the call throws. */
export class CallReport {
  /** The model asked last: the one that answered, if one did. */
  model: string | undefined;
  /** Requests sent to the upstream. */
  attempts = 0;
  /** Whether the upstream may charge for the last attempt: it was sent, and no error came back. At most one attempt does. */
  mayHaveCost = false;
  /** Attempts after a wait on the ladder. */
  retries = 0;
  /** Time spent waiting before attempts, in milliseconds. */
  msWaited = 0;
  /** Time spent waiting for the upstream, in milliseconds. */
  msUpstream = 0;
  /** Of the last attempt that failed. */
  failure: FailureClass | undefined;
}

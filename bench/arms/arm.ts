import type { BenchContext } from "../bench-context.ts";

/** What an arm is measured behind. */
export interface StartOptions {
  /** The mock upstream, without `/v1`. */
  readonly upstreamUrl: string;
  /** The first model is answered 429; requests for it are to be answered by the second one. */
  readonly fallback?: { readonly from: string; readonly to: string };
}

/** A gateway that serves `POST /v1/messages` below its URL. */
export interface RunningArm {
  readonly url: string;
  /** What callers must send beside the ordinary headers. */
  readonly headers: Readonly<Record<string, string>>;
  /** Processes whose trees are what this arm costs. */
  readonly pids: readonly number[];
  /** Processes that it needs beside itself; their cost is told apart. */
  readonly storePids: readonly number[];
  /** From the start of the process to its first answer that it is ready. */
  readonly readyMs: number;
  stop(): Promise<void>;
}

/** One competitor of the bench. */
export interface Arm {
  readonly name: string;
  /** `required`: the bench fails when it fails. `peer`: its failure is a line in the report. */
  readonly role: "required" | "peer";
  /** Whether it can answer by another model when one is rate limited. */
  readonly canFallBack: boolean;
  /**
   * Makes sure that it is installed.
   *
   * @returns its version, for the report
   * @throws Error with the reason, which the report gives for all its figures
   */
  install(bench: BenchContext): Promise<string>;
  start(bench: BenchContext, options: StartOptions): Promise<RunningArm>;
}

/** The key that the mock upstream would want; every arm swaps its caller's key for it. */
export const UPSTREAM_KEY = "upstream-key-of-the-bench";

/** The key that callers of the gateways present. */
export const CALLER_KEY = "sk-caller-key-of-the-bench";

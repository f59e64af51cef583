import type { EngineLog } from "../protocol/engine-log.ts";
import type { ObjectApi } from "./object-api.ts";
import type { ProviderArgs } from "./provider-args.ts";

/** What one run of the engine shares between the calls about its resources. */
export interface ProviderSession {
  readonly api: ObjectApi;
  readonly args: ProviderArgs;
  readonly log: EngineLog;
  /** The user pressed Ctrl-C. */
  readonly cancelled: AbortSignal;
  /**
   * `group/version/Kind` of each CustomResourceDefinition in the program: kinds that the server may serve
   * later on.
   */
  readonly definedKinds: Set<string>;
  /** URNs whose Diff asked for a replacement: their Create is previewed while the old object still stands. */
  readonly replacedUrns: Set<string>;
}

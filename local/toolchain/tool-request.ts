import type { Platform } from "./platform.ts";
import type { Report } from "./progress.ts";
import type { ToolSpec } from "./tools.ts";

/** Where a tool can come from. */
export type ToolSource = "path" | "cache" | "download" | "go-module";

/** A tool that is present and whose version was found suitable. */
export interface ResolvedTool {
  readonly name: string;
  /** Absolute path of the program. */
  readonly path: string;
  /** Version that the program itself states, without a leading `v`. */
  readonly version: string;
  readonly source: ToolSource;
}

/** One tool on its way through the sources. */
export interface ToolRequest {
  readonly spec: ToolSpec;
  readonly platform: Platform;
  /** Folders with programs, separated as in `PATH`. */
  readonly searchPath: string;
  readonly cacheDir: string;
  readonly report: Report;
  readonly signal: AbortSignal;
}

/** Why one source cannot serve a tool; the next source is then tried. */
export class SourceUnavailable extends Error {
  override readonly name = "SourceUnavailable";
}

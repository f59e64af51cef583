import type { ToolSource } from "./tool-request.ts";
import { minimumGoVersion, type ToolSpec } from "./tools.ts";

/** One source that was tried and why it did not serve. */
export interface FailedAttempt {
  readonly source: ToolSource;
  readonly reason: string;
}

const SOURCE_TITLES: Readonly<Record<ToolSource, string>> = {
  path: "on PATH",
  cache: "in the cache",
  download: "official download",
  "go-module": "built from its Go module",
};

/** No source could serve a tool. The message lists all that was tried and what to install. */
export class ToolUnavailableError extends Error {
  override readonly name = "ToolUnavailableError";
  readonly tool: string;
  readonly attempts: readonly FailedAttempt[];

  constructor(spec: ToolSpec, attempts: readonly FailedAttempt[]) {
    const tried = attempts.map(({ source, reason }) => `  - ${SOURCE_TITLES[source]}: ${reason}`);
    super(
      [
        `${spec.name} ${spec.version} could not be obtained. Tried:`,
        ...tried,
        `To fix: ${remedy(spec)}`,
      ].join("\n"),
    );
    this.tool = spec.name;
    this.attempts = attempts;
  }
}

function remedy(spec: ToolSpec): string {
  const remedies = [`install ${spec.name} ${spec.accepts} (${spec.homepage}) and put it on PATH`];
  if (spec.goModule !== undefined) {
    remedies.push(
      `install Go ${minimumGoVersion} or newer (https://go.dev/dl/) and give it access to a Go module proxy (GOPROXY)`,
    );
  }
  return `${remedies.join(", or ")}.`;
}

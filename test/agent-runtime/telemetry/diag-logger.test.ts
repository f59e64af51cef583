import { describe, expect, it } from "vitest";
import { createLogger } from "../../../agent-runtime/src/log.ts";
import { createDiagLogger } from "../../../agent-runtime/src/telemetry/diag-logger.ts";
import { testEnv } from "../running-gateway.ts";

function diagLogger() {
  const lines: string[] = [];
  let nowMs = 0;
  const log = createLogger(testEnv(), { write: (line) => void lines.push(line) });
  const diag = createDiagLogger(log, () => nowMs);
  return {
    diag,
    parsed: () => lines.map((line): unknown => JSON.parse(line)),
    advance(ms: number) {
      nowMs += ms;
    },
  };
}

describe("what the SDK says about itself", () => {
  it("is at most one line a minute, with the number of what was not said", () => {
    const { diag, parsed, advance } = diagLogger();
    for (let time = 0; time < 10; time += 1) diag.error("collector away");
    advance(60_000);
    diag.warn("still away");
    expect(parsed()).toMatchObject([
      { level: "warn", detail: "collector away", unsaid: 0 },
      { detail: "still away", unsaid: 9 },
    ]);
  });

  it("is short, without secrets, and nothing when it is no problem", () => {
    const { diag, parsed } = diagLogger();
    diag.info("hello");
    diag.debug("hello");
    diag.verbose("hello");
    diag.error(`refused: Bearer abc.def ${"x".repeat(1_000)}`);
    expect(parsed()).toHaveLength(1);
    expect(JSON.stringify(parsed())).not.toContain("abc.def");
    expect(JSON.stringify(parsed()).length).toBeLessThan(600);
  });
});

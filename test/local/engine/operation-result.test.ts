import { describe, expect, it } from "vitest";
import {
  describeError,
  describeFailure,
  hasChanges,
  isError,
  lastWords,
  type OperationResult,
} from "../../../local/engine/operation-result.ts";

const NONE = { created: 0, updated: 0, replaced: 0, deleted: 0, unchanged: 7 };
const FAILED: OperationResult = {
  outcome: "failed",
  changes: NONE,
  diagnostics: [],
  policyViolations: [],
  policyRemediations: [],
  policyCoverage: { policies: [], resources: 0 },
  durationMs: 1,
  output: "",
};

describe("a failure", () => {
  it("is described by mandatory violations and errors, not by advice and warnings", () => {
    const violation = { pack: "p", policy: "be-small", resource: "front", message: "too big" } as const;
    const text = describeFailure({
      ...FAILED,
      policyViolations: [
        { ...violation, enforcement: "mandatory" },
        { ...violation, enforcement: "advisory", message: "not pretty" },
      ],
      diagnostics: [
        { severity: "error", message: "the program stumbled" },
        { severity: "error", resource: "back", message: "refused" },
        { severity: "warning", message: "slow" },
      ],
    });
    expect(text).toBe("front: policy be-small: too big\nthe program stumbled\nback: refused");
  });

  it("without either is described by the end of the output", () => {
    const output = Array.from({ length: 30 }, (_, index) => `line ${index + 1}`).join("\n");
    const lines = describeFailure({ ...FAILED, output }).split("\n");
    expect([lines.length, lines[0], lines.at(-1)]).toEqual([20, "line 11", "line 30"]);
  });
});

describe("an error", () => {
  const message =
    "policy a could not judge front: no list\n    at refusal (/pack/index.cjs:1:2)\n    at next ()";

  it("of a policy is shown without the trace of the policy's code", () => {
    const shown = describeError({
      severity: "error",
      resource: "front",
      message: `failed to run policy: ${message}\nmore`,
    });
    expect(shown).toBe("front: failed to run policy: policy a could not judge front: no list\nmore");
  });

  it("of the program keeps its trace, by which it is found", () => {
    expect(describeError({ severity: "error", message })).toBe(message);
  });

  it("is neither a warning nor a note", () => {
    expect((["error", "warning", "info"] as const).map((severity) => isError({ severity, message }))).toEqual(
      [true, false, false],
    );
  });

  it("that nobody explains has the last words of the CLI", () => {
    expect(lastWords({ ...FAILED, output: "\none\ntwo\n\n" })).toBe("one\ntwo");
  });
});

describe("changes", () => {
  it("are none when everything is unchanged", () => {
    expect(hasChanges(NONE)).toBe(false);
  });

  it.each(["created", "updated", "replaced", "deleted"])("are some when a resource is %s", (kind) => {
    expect(hasChanges({ ...NONE, [kind]: 1 })).toBe(true);
  });
});

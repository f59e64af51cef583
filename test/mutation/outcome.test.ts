import type { MutantResult } from "@stryker-mutator/api/core";
import { describe, expect, it } from "vitest";
import { groupsOf, outcomeOf, scoreOf, unexplainedOf } from "./outcome.ts";
import { renderReport, renderSummary } from "./render.ts";

const SOURCE = "const a = 1;\nif (a === 1 &&\n    b) return [];\n";

/** `a === 1 && b` in the source above. */
const LOCATION = { start: { line: 2, column: 5 }, end: { line: 3, column: 6 } };

function mutant(status: MutantResult["status"], replacement = "true", file = "pack/a.ts"): MutantResult {
  return {
    id: "1",
    fileName: `/somewhere/policies/${file}`,
    location: LOCATION,
    mutatorName: "ConditionalExpression",
    replacement,
    status,
  };
}

const ENTRY = { file: "pack/a.ts", original: "a === 1 && b", replacement: "true", reason: "it is the same." };
const outcome = (results: MutantResult[], accepted = [] as (typeof ENTRY)[]) =>
  outcomeOf(results, accepted, () => SOURCE);

describe("the outcome of mutation tests", () => {
  it("counts what tests noticed, file by file in the order of names", () => {
    const { files } = outcome([
      mutant("Killed", "true", "pack/b.ts"),
      mutant("Killed"),
      mutant("Timeout"),
      mutant("Ignored"),
    ]);
    expect(files).toEqual([
      { file: "pack/a.ts", killed: 1, timedOut: 1, survivors: [] },
      { file: "pack/b.ts", killed: 1, timedOut: 0, survivors: [] },
    ]);
  });

  it("tells of each survivor where it is, what was written and what stands there now", () => {
    const { files } = outcome([mutant("Survived"), mutant("NoCoverage", "false")]);
    expect(files[0]?.survivors).toMatchObject([
      { line: 2, original: "a === 1 && b", replacement: "true", isCovered: true, accepted: undefined },
      { line: 2, original: "a === 1 && b", replacement: "false", isCovered: false, accepted: undefined },
    ]);
  });

  it("excuses exactly the survivors that are accepted", () => {
    const { files, stale } = outcome(
      [mutant("Survived"), mutant("Survived", "false"), mutant("Survived", "true", "pack/b.ts")],
      [ENTRY],
    );
    const unexplained = unexplainedOf(files.flatMap(({ survivors }) => survivors));
    expect(unexplained.map(({ file, replacement }) => [file, replacement])).toEqual([
      ["pack/a.ts", "false"],
      ["pack/b.ts", "true"],
    ]);
    expect(stale).toEqual([]);
  });

  it("finds entries that are accepted for nothing, in the files that were mutated", () => {
    const elsewhere = { ...ENTRY, file: "pack/c.ts" };
    expect(outcome([mutant("Killed")], [ENTRY, elsewhere]).stale).toEqual([ENTRY]);
  });

  it("waits with what is said about mutants that this run left alone", () => {
    expect(outcome([mutant("Killed", "false"), mutant("Ignored")], [ENTRY]).stale).toEqual([]);
  });

  it("adds up the files of a folder", () => {
    const { files } = outcome([
      mutant("Killed"),
      mutant("Killed", "true", "pack/b.ts"),
      mutant("Timeout", "true", "pack/b.ts"),
      mutant("NoCoverage", "true", "access/a.ts"),
    ]);
    expect(groupsOf(files)).toEqual([
      { file: "access", killed: 0, timedOut: 0, survivors: [expect.objectContaining({ line: 2 })] },
      { file: "pack", killed: 2, timedOut: 1, survivors: [] },
    ]);
  });

  it("has a score of what was noticed among what should have been", () => {
    const { files } = outcome([mutant("Killed"), mutant("Survived", "false"), mutant("Survived")], [ENTRY]);
    expect(scoreOf(files)).toBe(50);
    expect(scoreOf([])).toBe(100);
  });

  it("is shown with every survivor that nothing was said about, and never rounded up", () => {
    const killed = Array.from({ length: 2_999 }, () => mutant("Killed"));
    const text = renderSummary(
      outcome([...killed, mutant("Survived", "false"), mutant("Survived")], [ENTRY]),
    );
    expect(text).toContain("SURVIVED pack/a.ts:2: `a === 1 && b` → `false`\n");
    expect(text).not.toContain("→ `true`");
    expect(text).toMatch(/2999 killed, 0 timed out, 1 survived, 1 accepted: 99\.9 %$/);
  });

  it("is written down with the accepted ones and their reasons", () => {
    const facts = { date: "2027-01-01", commit: "abc", machine: "2 cores", seconds: 61.6, values: false };
    const report = renderReport(outcome([mutant("Killed"), mutant("Survived")], [ENTRY]), facts);
    expect(report).toContain("- pack/a.ts:2: `a === 1 && b` → `true` (accepted: it is the same.)");
    expect(report).toContain("| pack | 2 | 1 | 0 | 1 | 0 | 1 | 100.0 % |");
    expect(report).toContain("| took | 62 s |");
    expect(report).toContain("| pack/a.ts | 2 | 1 | 0 | 1 | 0 | 1 | 100.0 % |");
  });

  it("says whether words, patterns and tables were changed too", () => {
    const facts = { date: "2027-01-01", commit: "abc", machine: "2 cores", seconds: 1 };
    const report = (values: boolean) => renderReport(outcome([mutant("Killed")]), { ...facts, values });
    expect(report(false)).toContain("Texts were left alone");
    expect(report(true)).toContain("So were words, patterns and tables");
    expect(report(true)).not.toContain("Texts were left alone");
  });
});

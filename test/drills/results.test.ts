import { describe, expect, it } from "vitest";
import {
  completedBy,
  countOutcomes,
  type DrillResult,
  type DrillRun,
  renderMarkdown,
  renderText,
} from "./results.ts";

const PASSED: DrillResult = {
  number: 1,
  title: "Pods killed",
  outcome: "passed",
  seconds: 83.4,
  figures: [
    { name: "JSON requests", value: 12_345, unit: "" },
    { name: "longest gap", value: 1234.567, unit: "ms", atMost: 10_000 },
    { name: "failed", value: 0, unit: "", atMost: 0 },
    { name: "pods before and after", value: "2 and 4", unit: "" },
  ],
  notes: ["seed 42"],
  failures: [],
};
const FAILED: DrillResult = {
  ...PASSED,
  number: 3,
  title: "Store lost",
  outcome: "failed",
  seconds: 7,
  figures: [],
  notes: [],
  failures: ["confirmed writes lost: expected 3 to be 0\nmore about it"],
};
const NOT_RUN: DrillResult = {
  ...FAILED,
  number: 4,
  title: "Autoscaling",
  outcome: "not run",
  seconds: 0,
  failures: [],
};

const run = (more: Partial<DrillRun> = {}): DrillRun => ({
  date: "2026-11-25T00:00:00.000Z",
  commit: "0123456789ab",
  machine: { cores: 2, memoryGiB: 24, kernel: "6.18.0", node: "24.21.0" },
  results: [PASSED, FAILED, NOT_RUN],
  strayErrors: [],
  ...more,
});

describe("counts of outcomes", () => {
  it("leave out what was not run", () => {
    expect(countOutcomes([PASSED, FAILED, NOT_RUN])).toEqual({ passed: 1, failed: 1 });
  });
});

describe("a run of some drills", () => {
  const earlier = { date: "2026-11-24T00:00:00.000Z", commit: "fedcba987654" };

  it("keeps what an earlier run has for the others, with the earlier run's date and commit", () => {
    const whole = run({ ...earlier, results: [FAILED, PASSED, { ...NOT_RUN, outcome: "passed" }] });
    const { results } = completedBy(
      run({ results: [PASSED, { ...FAILED, outcome: "not run" }, NOT_RUN] }),
      whole,
    );
    expect(results).toEqual([
      PASSED,
      { ...FAILED, from: earlier },
      { ...NOT_RUN, outcome: "passed", from: earlier },
    ]);
    expect(renderMarkdown(run({ results }))).toContain(
      `From the run of ${earlier.date}, commit fedcba987654.`,
    );
  });

  it("names the run that a result really comes from, however often it was taken over", () => {
    const twice = completedBy(
      run({ results: [NOT_RUN] }),
      run({
        date: "2026-11-24T12:00:00.000Z",
        results: [{ ...PASSED, number: NOT_RUN.number, from: earlier }],
      }),
    );
    expect(twice.results[0]?.from).toEqual(earlier);
  });

  it("stays as it is where there was none before", () => {
    expect(completedBy(run({ results: [NOT_RUN] }), undefined).results).toEqual([NOT_RUN]);
  });
});

describe("the page of results", () => {
  it("says when, of which commit and on what machine", () => {
    const page = renderMarkdown(run());
    expect(page).toContain("| began | 2026-11-25T00:00:00.000Z |");
    expect(page).toContain("| commit | 0123456789ab |");
    expect(page).toContain("| machine | 2 cores, 24 GiB of memory, Linux 6.18.0, Node 24.21.0 |");
    expect(page).toContain("| result | 1 passed, 1 failed |");
  });

  it("sums up every drill in a line", () => {
    const page = renderMarkdown(run());
    expect(page).toContain("| 1 | Pods killed | passed | 1 min 23 s |");
    expect(page).toContain("| 3 | Store lost | failed | 7 s |");
    expect(page).toContain("| 4 | Autoscaling | not run | 0 s |");
  });

  it("gives each figure with its unit and the bound that was checked", () => {
    const page = renderMarkdown(run());
    expect(page).toContain("| JSON requests | 12,345 |  |");
    expect(page).toContain("| longest gap | 1,234.57 ms | at most 10,000 ms |");
    expect(page).toContain("| failed | 0 | at most 0 |");
    expect(page).toContain("| pods before and after | 2 and 4 |  |");
    expect(page).toContain("- seed 42");
  });

  it("shows what failed, whole", () => {
    expect(renderMarkdown(run())).toContain(
      "## 3. Store lost\n\n**failed**\n\n```text\nconfirmed writes lost: expected 3 to be 0\nmore about it\n```",
    );
  });

  it("shows errors that belong to no drill, and nothing of them where there are none", () => {
    expect(renderMarkdown(run())).not.toContain("Outside of the drills");
    expect(renderMarkdown(run({ strayErrors: ["nobody awaited this"] }))).toContain(
      "## Outside of the drills\n\n```text\nnobody awaited this\n```",
    );
  });

  it("keeps a table whole whatever a cell holds", () => {
    const figure = { name: "the store says", value: "a | b\nc", unit: "" };
    expect(renderMarkdown(run({ results: [{ ...PASSED, figures: [figure] }] }))).toContain(
      "| the store says | a \\| b c |  |",
    );
  });
});

describe("the text of results", () => {
  it("has a line for each drill, then its figures, notes and the beginning of its failures", () => {
    expect(renderText([PASSED, FAILED]).split("\n")).toEqual([
      " 1  passed   1 min 23 s  Pods killed",
      "      JSON requests: 12,345",
      "      longest gap: 1,234.57 ms (at most 10,000 ms)",
      "      failed: 0 (at most 0)",
      "      pods before and after: 2 and 4",
      "      seed 42",
      " 3  failed          7 s  Store lost",
      "      ! confirmed writes lost: expected 3 to be 0",
    ]);
  });
});

import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import type { Report } from "../../../bench/report/model.ts";
import { renderMarkdown, renderText } from "../../../bench/report/render.ts";
import { formatSpread } from "../../../bench/report/tables.ts";
import { spreadOf } from "../../../bench/statistics.ts";

const REPORT: Report = {
  date: "2026-01-02T03:04:05.000Z",
  commit: "abcdef123456",
  machine: { cores: 2, node: "24.0.0", busyBefore: 1, busyAfter: 2 },
  quick: false,
  rounds: 5,
  arms: [{ name: "bare", version: "node:http and undici" }],
  aims: [
    { aim: "ready", limit: "≤ 300 ms", measured: "600 ms", verdict: "missed", missedByFactor: 2 },
    { aim: "memory", limit: "≤ 60 MiB", verdict: "not measured" },
  ],
  scenarios: [
    {
      name: "latency",
      title: "One request at a time",
      method: "As it says.",
      metrics: [
        { key: "p50Ms", label: "p50", unit: "ms", digits: 2 },
        { key: "perSecond", label: "requests/s", unit: "", digits: 0 },
      ],
      rows: [
        {
          arm: "bare",
          outcome: {
            kind: "measured",
            figures: { p50Ms: spreadOf([0.1, 0.2, 0.3]), perSecond: spreadOf([8_123]) },
          },
        },
        { arm: "ours", outcome: { kind: "failed", reason: "it ended" } },
        { arm: "litellm", outcome: { kind: "not-run", reason: "no <python> | no pip" } },
      ],
    },
  ],
};

describe("renderMarkdown", () => {
  const page = renderMarkdown(REPORT);

  it("gives medians with their range", () => {
    expect(page).toContain("| bare | 0.20 (0.10–0.30) | 8,123 |");
  });

  it("gives the reason in the place of figures that there are not", () => {
    expect(page).toContain("| ours | failed: it ended |  |");
    expect(page).toContain("| litellm | not run: no &lt;python> \\| no pip |  |");
  });

  it("says by how much an aim is missed, and which was not measured", () => {
    expect(page).toContain("| ready | ≤ 300 ms | 600 ms | missed by 2.00× |");
    expect(page).toContain("| memory | ≤ 60 MiB | – | not measured |");
  });

  it("names the machine by its cores and the run by its rounds", () => {
    expect(page).toContain(
      "| machine | 2 cores, Node 24.0.0; busy with other things before 1 %, after 2 % |\n| rounds | 5 |",
    );
  });

  it("warns of a machine that had other things to do", () => {
    const machine = { ...REPORT.machine, busyAfter: 60 };
    expect(renderMarkdown({ ...REPORT, machine })).toContain("after 60 %: not quiet");
  });

  it("says of a quick run that it is one", () => {
    expect(renderMarkdown({ ...REPORT, quick: true })).toContain("a quick run, not to be quoted");
  });
});

describe("renderText", () => {
  const lines = stripVTControlCharacters(renderText(REPORT)).split("\n");

  it("keeps columns in line, a reason in place of figures aside", () => {
    const head = lines.find((line) => line.startsWith("arm "));
    const row = lines.find((line) => line.startsWith("bare "));
    expect(row?.indexOf("8,123")).toBe(head?.indexOf("requests/s"));
  });

  it("shows what failed", () => {
    expect(lines).toContain("ours     failed: it ended");
  });
});

describe("formatSpread", () => {
  it("gives no range for a single round", () => {
    expect(formatSpread(spreadOf([1_234.5]), 1)).toBe("1,234.5");
  });

  it("gives a dash for nothing", () => {
    expect(formatSpread(spreadOf([]), 1)).toBe("–");
  });
});

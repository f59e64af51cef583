import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { plainRows, renderTable, type TableRow, type Tone } from "../../../agent-runtime/src/cli/table.ts";

const cell = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.string({ unit: "binary" }),
  fc.integer(),
  fc.constant(undefined),
);
const tone = fc.constantFrom<Tone>("good", "warning", "bad");
const rows: fc.Arbitrary<TableRow[]> = fc.array(
  fc.record({ cells: fc.tuple(cell, cell, fc.integer()), tone }, { requiredKeys: ["cells"] }),
);

describe("renderTable", () => {
  it("is one line for the header and each row, whatever the cells hold", () => {
    fc.assert(
      fc.property(rows, (table) => {
        const lines = renderTable(["A", "B", "C"], table, false).split("\n");
        expect(lines.length).toBe(table.length + 2);
        for (const line of lines) expect(line).not.toMatch(/[\p{Cc}\p{Cf}]|\s$/u);
      }),
    );
  });

  it("lines columns up: a last column of numbers ends at the same place in every line", () => {
    fc.assert(
      fc.property(rows, (table) => {
        const [, ...lines] = renderTable(["A", "B", "C"], table, false).trimEnd().split("\n");
        const widths = new Set(lines.map((line) => [...line].length));
        expect(widths.size).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("says the same with colours as without", () => {
    fc.assert(
      fc.property(rows, (table) => {
        const coloured = renderTable(["A", "B", "C"], table, true);
        expect(stripVTControlCharacters(coloured)).toBe(renderTable(["A", "B", "C"], table, false));
      }),
    );
  });

  it("aligns numbers to the right and words to the left, and shows what is absent as a dash", () => {
    const table = plainRows([
      ["a", 1],
      ["long", 1000],
      [undefined, undefined],
    ]);
    expect(renderTable(["NAME", "N"], table, false)).toBe("NAME     N\na        1\nlong  1000\n-        -\n");
  });

  it("without rows is its header", () => {
    expect(renderTable(["A", "B"], [], false)).toBe("A  B\n");
  });
});

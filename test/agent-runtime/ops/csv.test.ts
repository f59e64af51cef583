import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { renderCsv } from "../../../agent-runtime/src/ops/csv.ts";

/** Reads what RFC 4180 says, and nothing more. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, plain = "", end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end !== "\r\n") continue;
    rows.push(row);
    row = [];
  }
  return rows;
}

const harmless = fc.string({ unit: "binary" }).map((text) => `x${text}`);
const hostile = fc
  .tuple(fc.constantFrom("=", "+", "-", "@", "\t=", "\r=", "\n@", " =", "＝", "＋", "－", "＠"), fc.string())
  .map(([start, rest]) => start + rest);

describe("renderCsv", () => {
  it("is read back as it was, whatever the cells hold", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(harmless, harmless, fc.nat())), (rows) => {
        const text = renderCsv(["a", "b", "c"], rows);
        expect(parseCsv(text)).toEqual([["a", "b", "c"], ...rows.map((row) => row.map(String))]);
      }),
    );
  });

  it("lets no cell begin like a formula, and keeps its text", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(parseCsv(renderCsv(["a"], [[text]]))).toEqual([["a"], [`'${text}`]]);
      }),
    );
  });

  it("leaves negative numbers as numbers", () => {
    expect(renderCsv(["a"], [[-1]])).toBe("a\r\n-1\r\n");
  });
});

import { styleText } from "node:util";
import { printable } from "./printable.ts";

/** A cell; `undefined` shows as a dash. */
export type TableCell = string | number | undefined;

/** How much a row wants to be seen. */
export type Tone = "good" | "warning" | "bad";

export interface TableRow {
  readonly cells: readonly TableCell[];
  /** Colours the row, where there are colours. */
  readonly tone?: Tone;
}

const GAP = "  ";
const COLOURS = { good: "green", warning: "yellow", bad: "red" } as const;

/** Columns aligned by spaces, numbers to the right. Never ends in spaces; without rows it is the header alone. */
export function renderTable(
  header: readonly string[],
  rows: readonly TableRow[],
  hasColours: boolean,
): string {
  const texts = rows.map(({ cells }) => header.map((_, column) => textOf(cells[column])));
  const widths = header.map((title, column) =>
    Math.max(lengthOf(title), ...texts.map((row) => lengthOf(row[column] ?? ""))),
  );
  const isNumeric = header.map(
    (_, column) => rows.length > 0 && rows.every(({ cells }) => isNumber(cells[column])),
  );
  const lineOf = (cells: readonly string[]) =>
    cells
      .map((cell, column) => pad(cell, widths[column] ?? 0, isNumeric[column] ?? false))
      .join(GAP)
      .trimEnd();
  const paint = (line: string, tone: Tone | undefined) => (hasColours ? painted(line, tone) : line);
  const lines = rows.map(({ tone }, index) => paint(lineOf(texts[index] ?? []), tone));
  return `${[hasColours ? bold(lineOf(header)) : lineOf(header), ...lines].join("\n")}\n`;
}

/** Rows of cells that need no tone. */
export const plainRows = (rows: readonly (readonly TableCell[])[]): TableRow[] =>
  rows.map((cells) => ({ cells }));

function textOf(cell: TableCell): string {
  if (cell === undefined || cell === "") return "-";
  return typeof cell === "number" ? String(cell) : printable(cell);
}

const isNumber = (cell: TableCell) => typeof cell === "number" || cell === undefined;

/** In characters, not in the halves that some are stored in. */
const lengthOf = (text: string) => [...text].length;

function pad(cell: string, width: number, toTheRight: boolean): string {
  const space = " ".repeat(width - lengthOf(cell));
  return toTheRight ? space + cell : cell + space;
}

/** Whether there are colours was decided by the caller, who knows the terminal. */
const STYLE = { validateStream: false } as const;

const bold = (line: string) => styleText("bold", line, STYLE);

function painted(line: string, tone: Tone | undefined): string {
  return tone === undefined ? line : styleText(COLOURS[tone], line, STYLE);
}

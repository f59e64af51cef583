export type Cell = string | number;

/** RFC 4180: lines end in CRLF, cells with a comma, quote or line break are quoted. The first line is the header. */
export function renderCsv(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [header, ...rows].map((row) => `${row.map(renderCell).join(",")}\r\n`).join("");
}

function renderCell(cell: Cell): string {
  const text = typeof cell === "number" ? String(cell) : neutralised(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** What spreadsheets take for the beginning of a formula, also in its full-width forms, which some treat alike. */
const FORMULA = /^[\t\r\n ]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]|^[\t\r\n]/;

/** Names come from callers: one that begins like a formula must not run on the machine of whoever opens the file. */
function neutralised(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}

import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

export const RUNBOOKS_FOLDER = path.join(import.meta.dirname, "../../docs/runbooks");

/** What every runbook has, in this order. */
export const SECTIONS = [
  "Detection",
  "Severity",
  "First actions",
  "Roll back",
  "Root cause",
  "Afterwards",
] as const;

/** Commands that are typed together: one block of a runbook. */
export interface CommandBlock {
  readonly text: string;
  /** Line of the runbook that it begins at. */
  readonly line: number;
  /** Whether it changes something; the others only look. */
  readonly changes: boolean;
}

export interface Runbook {
  /** File name without its ending. */
  readonly slug: string;
  readonly title: string;
  readonly sections: readonly string[];
  readonly blocks: readonly CommandBlock[];
}

const INDEX = "README.md";

/** All runbooks, by name. The index is none. */
export async function readRunbooks(folder = RUNBOOKS_FOLDER): Promise<Runbook[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith(".md") && file !== INDEX).sort();
  return Promise.all(
    files.map(async (file) =>
      parseRunbook(path.basename(file, ".md"), await readFile(path.join(folder, file), "utf8")),
    ),
  );
}

const FENCE = /^```(\w*)(?: (\w+))?$/;

/**
 * Blocks marked `sh` are commands that only look, `sh change` such that change something; others, as `console` for what
 * a command prints, are not run.
 *
 * @throws Error for a block that has no end or another mark
 */
export function parseRunbook(slug: string, text: string): Runbook {
  const lines = text.split("\n");
  const blocks: CommandBlock[] = [];
  let open: { readonly line: number; readonly language: string; readonly mark: string } | undefined;
  for (const [index, line] of lines.entries()) {
    const fence = FENCE.exec(line);
    if (fence === null) continue;
    if (open === undefined) {
      open = { line: index + 1, language: fence[1] ?? "", mark: fence[2] ?? "" };
      if (open.language === "sh" && !["", "change"].includes(open.mark)) {
        throw new Error(`${slug}.md:${open.line}: a block may be marked change, not ${open.mark}`);
      }
      continue;
    }
    if (open.language === "sh") {
      const body = lines.slice(open.line, index).join("\n");
      blocks.push({ text: body, line: open.line, changes: open.mark === "change" });
    }
    open = undefined;
  }
  if (open !== undefined) throw new Error(`${slug}.md:${open.line}: this block has no end`);
  const headings = lines.flatMap((line) => /^## (.+)$/.exec(line)?.[1] ?? []);
  return { slug, title: /^# (.+)$/m.exec(text)?.[1] ?? "", sections: headings, blocks };
}

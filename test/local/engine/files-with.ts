import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

/** Files below `folder` that hold `text` as it is or in base64, compressed and encrypted ones aside. */
export async function filesWith(folder: string, text: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  const traces = [text, ...base64Forms(text)];
  const contents = await Promise.all(files.map((file) => readFile(file, "latin1")));
  return files.filter((_, index) => traces.some((trace) => contents[index]?.includes(trace)));
}

/** What stays the same of the text's base64 at each of the three offsets that it can have within a longer text. */
function base64Forms(text: string): string[] {
  return [0, 1, 2].map((offset) => {
    const encoded = Buffer.from(" ".repeat(offset) + text).toString("base64");
    const affectedByNeighbours = [0, 2, 3][offset] ?? 0;
    return encoded.slice(affectedByNeighbours, -4);
  });
}

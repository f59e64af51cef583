import type { Readable } from "node:stream";

/** Resolves when the output has named the moment and, after that, shown the progress; rejects when it ends before. */
export async function outputShows(stream: Readable, moment: string, progress?: RegExp): Promise<void> {
  let text = "";
  await new Promise<void>((resolve, reject) => {
    stream.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      const begun = text.indexOf(moment);
      if (begun >= 0 && (progress === undefined || progress.test(text.slice(begun)))) resolve();
    });
    stream.on("end", () => reject(new Error(`up ended before ${moment} ${progress ?? ""}:\n${text}`)));
  });
}

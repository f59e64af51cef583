import { appendFile, mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { boundLog, lastLines, tailLog } from "../../../local/process/log-file.ts";

async function logWith(content: string): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "log-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = path.join(folder, "some.log");
  await writeFile(file, content);
  return file;
}

describe("boundLog", () => {
  it("leaves a log alone that is within its bound", async () => {
    const file = await logWith("abc");

    await boundLog(file, 3);

    expect(await readFile(file, "utf8")).toBe("abc");
  });

  it("sets the content aside and begins again above the bound", async () => {
    const file = await logWith("abcd");

    await boundLog(file, 3);

    expect(await readFile(file, "utf8")).toBe("");
    expect(await readFile(`${file}.1`, "utf8")).toBe("abcd");
  });

  it("has nothing to do where there is no log", async () => {
    await expect(boundLog("/nowhere/some.log", 3)).resolves.toBeUndefined();
  });
});

describe("lastLines", () => {
  it.each([
    { content: "a\nb\nc\n", count: 2, lines: ["b", "c"] },
    { content: "a\nb\nunfinished", count: 2, lines: ["b", "unfinished"] },
    { content: "a\n", count: 5, lines: ["a"] },
    { content: "a\n\n", count: 5, lines: ["a", ""] },
    { content: "", count: 5, lines: [] },
    { content: "a\nb\n", count: 0, lines: [] },
  ])("takes $count of $content", async ({ content, count, lines }) => {
    expect(await lastLines(await logWith(content), count)).toEqual(lines);
  });

  it("finds none in a file that does not exist", async () => {
    expect(await lastLines("/nowhere/some.log", 5)).toEqual([]);
  });
});

describe("tailLog", () => {
  /** Follows a log and hands out one line at a time. */
  function follow(file: string, lines: number) {
    const controller = new AbortController();
    onTestFinished(() => controller.abort());
    const tail = tailLog(file, { lines, follow: true, signal: controller.signal });
    return { next: async () => (await tail.next()).value, abort: () => controller.abort() };
  }

  it("ends after the last lines unless it follows", async () => {
    const seen: string[] = [];
    for await (const line of tailLog(await logWith("a\nb\nc\n"), { lines: 2 })) seen.push(line);

    expect(seen).toEqual(["b", "c"]);
  });

  it("goes on with lines as they are written", async () => {
    const file = await logWith("a\nb\n");
    const tail = follow(file, 1);
    expect(await tail.next()).toBe("b");

    await appendFile(file, "c\nd\n");

    expect(await tail.next()).toBe("c");
    expect(await tail.next()).toBe("d");
  });

  it("waits for the rest of a line", async () => {
    const file = await logWith("a\nhal");
    const tail = follow(file, 5);
    expect(await tail.next()).toBe("a");

    await appendFile(file, "f\n");

    expect(await tail.next()).toBe("half");
  });

  it("keeps characters whole that are written in two parts", async () => {
    const file = await logWith("");
    const tail = follow(file, 5);
    const [first, second] = [Buffer.from("ü\n").subarray(0, 1), Buffer.from("ü\n").subarray(1)];
    const line = tail.next();

    await appendFile(file, first);
    await appendFile(file, second);

    expect(await line).toBe("ü");
  });

  it("starts over after the log was cut", async () => {
    const file = await logWith("before\n");
    const tail = follow(file, 5);
    expect(await tail.next()).toBe("before");

    await truncate(file, 0);
    await appendFile(file, "new\n");

    expect(await tail.next()).toBe("new");
  });

  it("ends quietly when aborted", async () => {
    const tail = follow(await logWith("a\n"), 5);
    expect(await tail.next()).toBe("a");
    const next = tail.next();

    tail.abort();

    expect(await next).toBeUndefined();
  });
});

import { describe, expect, test } from "vitest";
import { parseRunbook, readRunbooks, SECTIONS } from "./runbook.ts";

const INCIDENT_TYPES = [
  "api-failure",
  "rate-limit",
  "timeout",
  "memory-leak",
  "plugin-crash",
  "data-corruption",
  "performance",
  "authentication",
];

/** What an operator has at hand. A command that begins with another word is a slip. */
const PROGRAMS = ["kubectl", "agentctl"];

const runbooks = await readRunbooks();

test("every type of incident has a runbook", () => {
  const slugs = runbooks.map(({ slug }) => slug).filter((slug) => slug.startsWith("incident-"));
  expect(slugs).toEqual(INCIDENT_TYPES.map((type) => `incident-${type}`).sort());
});

describe.each(runbooks)("the runbook $slug", ({ title, sections, blocks }) => {
  test("has a title and the sections of all runbooks, in their order", () => {
    expect(title).not.toBe("");
    expect(sections).toEqual(SECTIONS);
  });

  test("has commands that only look, and they begin with a program that is there", () => {
    expect(blocks.filter(({ changes }) => !changes)).not.toEqual([]);
    for (const { text } of blocks) expect(PROGRAMS).toContain(text.split(" ")[0]);
  });

  test("never speaks to a cluster that it does not name", () => {
    const commands = blocks.flatMap(({ text }) => text.split("\n"));
    for (const command of commands.filter((line) => line.startsWith("kubectl"))) {
      expect(command).toMatch(/^kubectl --context "\$(OTHER_)?REGION" /);
    }
  });
});

describe("a runbook", () => {
  test("marks commands that change something, and other text is not run", () => {
    const text = [
      "# T",
      "```sh",
      "a",
      "b",
      "```",
      "```sh change",
      "c",
      "```",
      "```console",
      "$ d",
      "```",
    ].join("\n");
    expect(parseRunbook("t", text).blocks).toEqual([
      { text: "a\nb", line: 2, changes: false },
      { text: "c", line: 6, changes: true },
    ]);
  });

  test("with a misspelt mark or without the end of a block is refused", () => {
    expect(() => parseRunbook("t", "```sh chnage\na\n```")).toThrow("t.md:1");
    expect(() => parseRunbook("t", "text\n```sh\na")).toThrow("t.md:2: this block has no end");
  });
});

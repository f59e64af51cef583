import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  requireOneOutput,
  requireWritable,
  takesOutput,
  writeReport,
} from "../../../local/policy/write-report.ts";
import { FULL_REPORT } from "./some-report.ts";

const VERDICT = { failOn: "low", violations: 1, unlisted: 1, notRun: 0, errors: 1 } as const;

let folder: string;
let printed: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "policy-report-"));
  printed = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text, ...rest) => {
    printed += String(text);
    for (const done of rest) if (typeof done === "function") done();
    return true;
  });
});

afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
});

describe("the forms of a report", () => {
  it("are text where nothing else is asked for", async () => {
    await writeReport(FULL_REPORT, VERDICT, {});
    expect(printed).toContain("Policies of the stack prod, against empty simulated clusters");
  });

  it("can be one JSON object alone", async () => {
    await writeReport(FULL_REPORT, VERDICT, { json: true });
    expect(JSON.parse(printed)).toMatchObject({
      passed: false,
      verdict: VERDICT,
      clusters: "simulated",
      stack: "prod",
      policies: expect.arrayContaining([expect.objectContaining({ name: "object-limit-size" })]),
    });
  });

  it("can be files beside the text", async () => {
    const sarif = path.join(folder, "p.sarif");
    const markdown = path.join(folder, "p.md");
    await writeReport(FULL_REPORT, VERDICT, { sarif, markdown });
    expect(JSON.parse(await readFile(sarif, "utf8"))).toMatchObject({ version: "2.1.0" });
    expect(await readFile(markdown, "utf8")).toMatch(/^<!-- claude-agents-policy: prod -->/);
    expect(printed).toContain("Policies of the stack prod");
  });

  it.each([
    ["sarif", /^\{\n {2}"\$schema"/],
    ["markdown", /^<!-- claude-agents-policy/],
  ])("can be printed in place of the text: %s", async (form, start) => {
    await writeReport(FULL_REPORT, VERDICT, { [form]: true });
    expect(printed).toMatch(start);
    expect(printed).not.toContain("Policies of the stack prod, against");
  });

  it("point the SARIF log's rules to the page about the policies", async () => {
    await writeReport(FULL_REPORT, VERDICT, { sarif: true }, "https://example.com/policies");
    expect(JSON.parse(printed).runs[0].tool.driver.rules[0].helpUri).toMatch(
      /^https:\/\/example\.com\/policies#/,
    );
  });

  it.each([
    [{}, false],
    [{ json: true }, true],
    [{ sarif: true }, true],
    [{ markdown: true }, true],
    [{ sarif: "a", markdown: "b", json: false }, false],
  ] as const)("%j take standard output from the text: %s", (outputs, takes) => {
    expect(takesOutput(outputs)).toBe(takes);
  });

  it("never share standard output", () => {
    expect(() => requireOneOutput({ json: true, sarif: true })).toThrow(
      "--json and --sarif would share standard output. Give all but one of them a file, as in --sarif policies.sarif.",
    );
    expect(() => requireOneOutput({ json: true, sarif: "a", markdown: "b" })).not.toThrow();
    expect(() => requireOneOutput({ markdown: true })).not.toThrow();
  });

  it("never share a file", () => {
    expect(() => requireOneOutput({ sarif: "a", markdown: "a" })).toThrow(
      "--sarif and --markdown would both write a. Name two files.",
    );
  });
});

describe("a file for a form", () => {
  it("is tried before anything is done, and left as it was", async () => {
    const fresh = path.join(folder, "fresh.sarif");
    const old = path.join(folder, "old.md");
    await writeFile(old, "old");
    await requireWritable({ sarif: fresh, markdown: old });
    expect(existsSync(fresh)).toBe(false);
    expect(await readFile(old, "utf8")).toBe("old");
  });

  it("may be standard output or none", async () => {
    await expect(requireWritable({ sarif: true, json: true })).resolves.toBeUndefined();
  });

  it.each([
    ["sarif", "none/p.sarif", "ENOENT"],
    ["markdown", ".", "EISDIR"],
  ])("of --%s that cannot be written is refused with its name: %s", async (option, name, code) => {
    const file = path.join(folder, name);
    await expect(requireWritable({ [option]: file })).rejects.toThrow(
      new RegExp(
        `^--${option} is ${JSON.stringify(file)}, which cannot be written: ${code}.* Name a file in`,
      ),
    );
  });
});

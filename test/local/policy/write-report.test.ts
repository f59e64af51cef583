import { mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { requireOneOutput, writeReport } from "../../../local/policy/write-report.ts";
import { FULL_REPORT } from "./some-report.ts";

const VERDICT = { violations: 1, unlisted: 1, errors: 1 };

let folder: string;
let printed: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "policy-report-"));
  printed = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  vi.spyOn(console, "log").mockImplementation((text) => {
    printed += `${text}\n`;
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

  it("never share standard output", () => {
    expect(() => requireOneOutput({ json: true, sarif: true })).toThrow(
      "--json and --sarif would share standard output. Give all but one of them a file, as in --sarif policies.sarif.",
    );
    expect(() => requireOneOutput({ json: true, sarif: "a", markdown: "b" })).not.toThrow();
    expect(() => requireOneOutput({ markdown: true })).not.toThrow();
  });
});

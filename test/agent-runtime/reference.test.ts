import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { METRICS } from "../../agent-runtime/src/contract.ts";
import { METRIC_SPECS } from "../../agent-runtime/src/metrics/catalogue.ts";
import { readComponents } from "../../docs/component-pages.ts";
import { REFERENCE_FOLDER, renderReference } from "../../docs/generate-reference.ts";

describe("docs/reference/", () => {
  it("is what the code says; otherwise run `npm run reference`", async () => {
    const expected = await renderReference();
    const entries = await readdir(REFERENCE_FOLDER, { recursive: true });
    const files = entries.filter((entry) => path.extname(entry) !== "");
    expect(files.sort()).toEqual([...expected.keys()].sort());
    for (const [file, text] of expected) {
      expect([file, await readFile(path.join(REFERENCE_FOLDER, file), "utf8")]).toEqual([file, text]);
    }
  });
});

describe("every component", () => {
  it("says what it is, and what each argument and output means", async () => {
    const components = await readComponents();
    expect(components.length).toBeGreaterThanOrEqual(20);
    const silent = components.flatMap(({ name, text, args, outputs }) => [
      ...(text === "" ? [name] : []),
      ...[...args, ...outputs].flatMap((member) => (member.text === "" ? [`${name}.${member.name}`] : [])),
    ]);
    expect(silent).toEqual([]);
  });
});

describe("the metrics", () => {
  it("are those of the contract", () => {
    expect(METRIC_SPECS.map(({ name }) => name).sort()).toEqual(Object.values(METRICS).sort());
  });
});

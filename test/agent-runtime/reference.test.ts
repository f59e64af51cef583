import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { METRICS } from "../../agent-runtime/src/contract.ts";
import { METRIC_SPECS } from "../../agent-runtime/src/metrics/catalogue.ts";
import { REFERENCE_FOLDER, renderReference } from "../../docs/generate-reference.ts";

describe("docs/reference/", () => {
  it("is what the code says; otherwise run `npm run reference`", async () => {
    const expected = await renderReference();
    expect((await readdir(REFERENCE_FOLDER)).sort()).toEqual([...expected.keys()].sort());
    for (const [file, text] of expected) {
      expect([file, await readFile(path.join(REFERENCE_FOLDER, file), "utf8")]).toEqual([file, text]);
    }
  });
});

describe("the metrics", () => {
  it("are those of the contract", () => {
    expect(METRIC_SPECS.map(({ name }) => name).sort()).toEqual(Object.values(METRICS).sort());
  });
});

import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { METRICS } from "../../agent-runtime/src/contract.ts";
import { METRIC_SPECS } from "../../agent-runtime/src/metrics/catalogue.ts";
import { renderReference } from "../../docs/generate-reference.ts";

describe("docs/reference.md", () => {
  it("is what the code says; otherwise run `node docs/generate-reference.ts`", async () => {
    const committed = await readFile(new URL("../../docs/reference.md", import.meta.url), "utf8");
    expect(committed).toBe(renderReference());
  });
});

describe("the metrics", () => {
  it("are those of the contract", () => {
    expect(METRIC_SPECS.map(({ name }) => name).sort()).toEqual(Object.values(METRICS).sort());
  });
});

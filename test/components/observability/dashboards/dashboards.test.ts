import { describe, expect, test } from "vitest";
import { buildDashboards, dashboardSpecs } from "../../../../components/observability/dashboards/index.ts";
import { alertsOf } from "../../../../components/observability/rules.ts";
import { FACTS } from "../sample-facts.ts";

/** A ConfigMap takes a MiB with everything in it. */
const MAX_BYTES = 900_000;

const specs = dashboardSpecs(FACTS);
const built = Object.entries(buildDashboards(FACTS)).map(([file, json]) => ({
  file,
  json,
  dashboard: JSON.parse(json),
}));

interface BuiltPanel {
  readonly id?: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: unknown;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly refId: string; readonly expr: string }[];
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string; readonly thresholds?: unknown } };
}

test("there is one for each thing that people look after", () => {
  expect(built.map(({ file }) => file)).toEqual([
    "overview.json",
    "agents.json",
    "cost.json",
    "gateway.json",
    "slo.json",
    "regions.json",
    "valkey.json",
    "postgres.json",
  ]);
});

test("alerts lead to dashboards that are there", () => {
  const names = new Set(specs.map(([name]) => name));
  expect(alertsOf(FACTS).filter(({ dashboard }) => !names.has(dashboard))).toEqual([]);
});

test("where nobody tells of PostgreSQL there is no dashboard of it", () => {
  for (const postgres of ["none", "external"] as const) {
    expect(Object.keys(buildDashboards({ ...FACTS, postgres }))).not.toContain("postgres.json");
  }
});

describe.each(built)("the dashboard $file", ({ file, json, dashboard }) => {
  const panels: BuiltPanel[] = dashboard.panels;
  const shown = panels.filter(({ type }) => type !== "row");

  test("has a lasting uid, a link to its runbook and to the logs, and asks again by itself", () => {
    expect(dashboard.uid).toBe(`claude-agents-${file.replace(".json", "")}`);
    const urls = dashboard.links.map(({ url }: { url?: string }) => url).filter((url?: string) => url);
    expect(urls).toEqual([
      expect.stringMatching(/^https:\/\/runbooks\.example\.com\/[a-z-]+\.md$/),
      "https://logs.example.com",
    ]);
    expect(dashboard.refresh).toMatch(/^\d+s$/);
  });

  test("lets the source and the region be chosen", () => {
    const names = dashboard.templating.list.map(({ name }: { name: string }) => name);
    expect(names.slice(0, 2)).toEqual(["datasource", "region"]);
  });

  test("has panels with a unit, a meaning, thresholds and queries for the chosen source", () => {
    for (const panel of shown) {
      expect(panel.description, panel.title).toMatch(/\w{3}/);
      expect(panel.fieldConfig?.defaults.unit, panel.title).toBeTruthy();
      expect(panel.fieldConfig?.defaults.thresholds, panel.title).toBeTruthy();
      expect(panel.datasource).toEqual({ type: "prometheus", uid: "$datasource" });
      const refIds = panel.targets?.map(({ refId }) => refId) ?? [];
      expect(refIds.length).toBeGreaterThan(0);
      expect(new Set(refIds).size).toBe(refIds.length);
    }
  });

  test("has queries of the chosen regions alone", () => {
    for (const { targets = [] } of shown) {
      for (const { expr } of targets) {
        const selectors = expr.match(/\{[^}]*\}/g) ?? [];
        for (const selector of selectors) expect(selector).toContain('region=~"$region"');
      }
    }
  });

  test("has no two panels in one place", () => {
    const cells = shown.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    for (const { gridPos } of shown) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
  });

  test("fits into a ConfigMap and is the same every time", () => {
    expect(Buffer.byteLength(json)).toBeLessThan(MAX_BYTES);
    expect(buildDashboards(FACTS)[file]).toBe(json);
  });
});

test("the overview asks every 30 s and warns at the figures that people were promised", () => {
  const overview = built[0]?.dashboard;
  expect(overview.refresh).toBe("30s");
  const steps = (title: string) =>
    overview.panels
      .find((panel: BuiltPanel) => panel.title === title)
      .fieldConfig.defaults.thresholds.steps.map(({ value }: { value: number | null }) => value);
  expect(steps("CPU")).toEqual([null, 0.7, 0.9]);
  expect(steps("Memory")).toEqual([null, 0.8, 0.9]);
});

import { describe, expect, test } from "vitest";
import { METRIC_SPECS } from "../../../agent-runtime/src/metrics/catalogue.ts";
import { FAILURES } from "../../../agent-runtime/src/resilience/failure-class.ts";
import { dashboardSpecs } from "../../../components/observability/dashboards/index.ts";
import { alertsOf, buildRules } from "../../../components/observability/rules.ts";
import { recordingRules } from "../../../components/observability/slo.ts";
import { FACTS } from "./sample-facts.ts";

const CLUSTER = { ...FACTS, postgres: "cluster" } as const;

/** What others export, under the names that they use. */
const EXPORTED_ELSEWHERE = [
  "up",
  "process_cpu_seconds_total",
  "process_start_time_seconds",
  "nodejs_eventloop_lag_p99_seconds",
];
const EXPORTERS = /^(redis|pg|cnpg|barman_cloud_cloudnative_pg_io)_[a-z_]+$/;

/** All selectors have braces, so what stands before one is the name of a metric. */
function metricsIn(expr: string): string[] {
  return [...expr.matchAll(/([a-zA-Z_:][\w:]*)\{/g)].map(([, name = ""]) => name);
}

const used = new Set(
  [FACTS, CLUSTER].flatMap((facts) => [
    ...(buildRules(facts).groups ?? []).flatMap(({ rules = [] }) =>
      rules.flatMap(({ expr }) => metricsIn(String(expr))),
    ),
    ...dashboardSpecs(facts).flatMap(([, { rows }]) =>
      rows.flatMap(({ panels }) =>
        panels.flatMap(({ queries }) => queries.flatMap(({ expr }) => metricsIn(expr))),
      ),
    ),
  ]),
);

const exported = METRIC_SPECS.map(({ name }) => name as string);
const recorded = recordingRules(FACTS).map(({ record }) => record);
const withoutSuffix = (name: string) => name.replace(/_(bucket|sum|count)$/, "");

test("every metric of a rule or dashboard is exported by somebody", () => {
  const unknown = [...used].filter(
    (name) =>
      !exported.includes(name) &&
      !exported.includes(withoutSuffix(name)) &&
      !recorded.includes(name) &&
      !EXPORTED_ELSEWHERE.includes(name) &&
      !EXPORTERS.test(name),
  );
  expect(unknown).toEqual([]);
});

test("every metric of the runtime is looked at by a rule or a dashboard", () => {
  const looked = new Set([...used].map(withoutSuffix));
  expect(exported.filter((name) => !looked.has(name) && !used.has(name))).toEqual([]);
});

describe("the failure classes of the gateway", () => {
  test("have the alerts that they name", () => {
    const names = new Set(alertsOf(FACTS).map(({ name }) => name));
    const wanted = Object.values(FAILURES).flatMap(({ alert }) => alert ?? []);
    expect(wanted.filter((name) => !names.has(name))).toEqual([]);
  });

  test.each(Object.entries(FAILURES).filter(([, { alert }]) => alert?.startsWith("Upstream")))(
    "%s is among the classes of its alert",
    (name, { alert }) => {
      const rule = alertsOf(FACTS).find((each) => each.name === alert);
      // A breaker that is open is seen by its state.
      if (alert === "UpstreamBreakerOpen") return expect(rule?.expr).toContain("breaker_state");
      expect(rule?.expr).toMatch(new RegExp(`class=~?"([^"]*\\|)?${name}[|"]`));
    },
  );
});

import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dashboardSpecs } from "../../../../components/observability/dashboards/index.ts";
import { alertsOf } from "../../../../components/observability/rules.ts";
import { FACTS } from "../sample-facts.ts";
import { ScrapedWorld } from "./scraped-world.ts";

const queries = dashboardSpecs(FACTS).flatMap(([dashboard, { rows }]) =>
  rows.flatMap(({ panels }) =>
    panels.flatMap(({ title, queries: each }) =>
      each.map((query) => ({ ...query, place: `${dashboard}: ${title}: ${query.legend}` })),
    ),
  ),
);

/** Grafana's variables as it fills them in: everything chosen, and a range of a few scrapes. */
function filledIn(expr: string): string {
  return expr.replace(/\$(region|agent_type|model)\b/g, ".*").replaceAll("$__rate_interval", "15s");
}

describe("every query of every dashboard, on a Prometheus that has scraped a runtime under load", () => {
  let world: ScrapedWorld;

  beforeAll(async () => {
    world = await ScrapedWorld.start();
    for (let round = 0; round < 6; round += 1) {
      await world.load();
      await delay(1500);
    }
  });

  afterAll(() => world?.stop());

  test("has something to show, or says why it has nothing while all is well", async () => {
    const empty: string[] = [];
    const explained: string[] = [];
    for (const { expr, place, emptyWhenHealthy } of queries) {
      if ((await world.count(filledIn(expr))) > 0) continue;
      if (emptyWhenHealthy === undefined) empty.push(`${place}: ${expr}`);
      else explained.push(`${place}: ${emptyWhenHealthy}`);
    }
    console.log(
      `${queries.length} queries of dashboards, ${explained.length} empty for a stated reason:\n${explained.join("\n")}`,
    );
    expect(empty).toEqual([]);
  });

  test("alerts are evaluated without an error", async () => {
    for (const { expr } of alertsOf(FACTS)) await expect(world.count(expr)).resolves.toBeTypeOf("number");
  });
});

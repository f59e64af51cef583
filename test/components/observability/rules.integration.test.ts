import { readdir } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { runbookSlug } from "../../../components/observability/alert.ts";
import type { ObservabilityFacts } from "../../../components/observability/facts.ts";
import { buildRules } from "../../../components/observability/rules.ts";
import { RUNBOOKS_FOLDER } from "../../runbooks/runbook.ts";
import { CLUSTER_RULE_CASES, RULE_CASES } from "./rule-cases.ts";
import { alertNames, ruleTests } from "./rule-tests.ts";
import { runPromtool } from "./run-promtool.ts";
import { FACTS } from "./sample-facts.ts";

const CLUSTER_FACTS = { ...FACTS, postgres: "cluster" } as const;
const SINGLE = ruleTests(FACTS, RULE_CASES);
const CLUSTER = ruleTests(CLUSTER_FACTS, CLUSTER_RULE_CASES);

type Tests = ReturnType<typeof ruleTests>;

const fileOf = (tests: Tests, interval = "1m") => ({
  rule_files: ["rules.yml"],
  evaluation_interval: interval,
  tests,
});

/** Runs tests with one step each in a call of their own, side by side. */
async function runTests(facts: ObservabilityFacts, tests: Tests): Promise<void> {
  const bySteps = Map.groupBy(tests, ({ interval }) => interval);
  const runs = [...bySteps].map(([interval, some]) =>
    runPromtool(["test", "rules", "tests.yml"], {
      "rules.yml": buildRules(facts),
      "tests.yml": fileOf(some, interval),
    }),
  );
  for (const { exitCode, output } of await Promise.all(runs)) {
    expect(output).toContain("SUCCESS");
    expect(exitCode).toBe(0);
  }
}

describe("the rules of a region", () => {
  test("are valid to promtool, for both kinds of PostgreSQL", async () => {
    for (const facts of [FACTS, CLUSTER_FACTS]) {
      const { exitCode, output } = await runPromtool(["check", "rules", "rules.yml"], {
        "rules.yml": buildRules(facts),
      });
      expect({ exitCode, output }).toMatchObject({ exitCode: 0 });
    }
  });

  test.each([
    ["with a single PostgreSQL", FACTS, SINGLE],
    ["with a cluster of PostgreSQL", CLUSTER_FACTS, CLUSTER],
  ])("%s fire and are silent as their tests say, with every label and link", async (_, facts, tests) => {
    await runTests(facts, tests);
  });

  test("are told apart from rules that are wrong: an alert that should fire and does not is a failure", async () => {
    const [first] = SINGLE;
    if (first === undefined) throw new Error("there are no tests");
    const never = { ...first, input_series: [] };
    const { exitCode, output } = await runPromtool(["test", "rules", "tests.yml"], {
      "rules.yml": buildRules(FACTS),
      "tests.yml": fileOf([never]),
    });
    expect(exitCode).toBe(1);
    expect(output).toContain("FAILED");
  });
});

test("every alert has tests and a runbook, and nothing else has", async () => {
  const names = [...new Set([...alertNames(FACTS), ...alertNames(CLUSTER_FACTS)])].sort();
  const tested = [...new Set([...Object.keys(RULE_CASES), ...Object.keys(CLUSTER_RULE_CASES)])].sort();
  const runbooks = (await readdir(RUNBOOKS_FOLDER)).filter((file) => !/^(README|incident-)/.test(file));
  const testsOf = (name: string) =>
    [...SINGLE, ...CLUSTER].filter((each) => each.name.startsWith(`${name} `)).length;
  const rows = names.map((name) => {
    const runbook = runbooks.includes(`${runbookSlug(name)}.md`)
      ? `docs/runbooks/${runbookSlug(name)}.md`
      : "MISSING";
    return `${name.padEnd(28)} ${String(testsOf(name)).padStart(3)} tests   ${runbook}`;
  });
  console.log(
    `${rows.join("\n")}\n${names.length} alerts, ${SINGLE.length + CLUSTER.length} promtool rule tests`,
  );
  expect(tested).toEqual(names);
  expect(runbooks.sort()).toEqual(names.map((name) => `${runbookSlug(name)}.md`).sort());
});

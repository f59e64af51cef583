import type { ObservabilityFacts } from "../../../components/observability/facts.ts";
import { alertsOf, buildRules } from "../../../components/observability/rules.ts";
import type { RuleCase } from "./rule-cases.ts";

/** One of promtool's tests: series, and what alert they make fire at a time. */
interface RuleTest {
  readonly name: string;
  readonly interval: string;
  readonly input_series: readonly { readonly series: string; readonly values: string }[];
  readonly alert_rule_test: readonly {
    readonly eval_time: string;
    readonly alertname: string;
    readonly exp_alerts: readonly object[];
  }[];
}

/** What promtool runs for an alert: it fires, with every label and annotation, and it is silent. */
export function ruleTests(
  facts: ObservabilityFacts,
  cases: Readonly<Record<string, readonly RuleCase[]>>,
): RuleTest[] {
  return Object.entries(cases).flatMap(([name, each]) =>
    each.flatMap((ruleCase, index) => {
      const test = (what: string, series: RuleCase["fires"], expected: readonly object[], region?: string) =>
        testOf(`${name} ${index + 1} ${what}`, { facts, name, ruleCase, series, expected, region });
      const fired = [expectedAlert(facts, name, ruleCase)];
      return [
        test("fires", ruleCase.fires, fired),
        test("is silent", ruleCase.silent, ruleCase.service === undefined && isAlways(ruleCase) ? fired : []),
        ...(ruleCase.summaryOnNothing !== undefined
          ? [test("fires on nothing", {}, [expectedAlert(facts, name, ruleCase, ruleCase.summaryOnNothing)])]
          : [
              test("is silent on nothing", {}, []),
              test("is silent about another region", ruleCase.fires, [], "us"),
            ]),
      ];
    }),
  );
}

/** How often series have a value, and rules are evaluated. */
function stepOf({ stepMinutes = 1 }: Pick<RuleCase, "stepMinutes">): string {
  return `${stepMinutes}m`;
}

/** A watchdog is never silent. */
const isAlways = ({ silent }: RuleCase) => Object.keys(silent).length === 0;

interface TestParts {
  readonly facts: ObservabilityFacts;
  readonly name: string;
  readonly ruleCase: RuleCase;
  readonly series: RuleCase["fires"];
  readonly expected: readonly object[];
  readonly region: string | undefined;
}

function testOf(
  name: string,
  { facts, name: alertname, ruleCase, series, expected, region }: TestParts,
): RuleTest {
  const common = `namespace="${facts.namespace}",region="${region ?? facts.region}",`;
  const others = ruleCase.service === undefined ? [] : otherServices(facts, ruleCase.service);
  return {
    name,
    interval: stepOf(ruleCase),
    input_series: [...Object.entries(series), ...others].map(([metric, values]) => ({
      series: metric.replace("{", `{${common}`),
      values,
    })),
    alert_rule_test: [{ eval_time: `${ruleCase.atMinutes}m`, alertname, exp_alerts: expected }],
  };
}

/** The alert of one workload is looked at while every other one has as many pods as it should. */
function otherServices(facts: ObservabilityFacts, service: string): [string, string][] {
  return facts.services
    .filter((each) => each.service !== service)
    .flatMap(({ service: job, minReplicas }) =>
      Array.from({ length: minReplicas }, (_, pod): [string, string] => [
        `up{job="${job}",pod="other-${pod}"}`,
        "1x60",
      ]),
    );
}

function expectedAlert(
  facts: ObservabilityFacts,
  name: string,
  ruleCase: RuleCase,
  summary = ruleCase.summary,
): object {
  const rules = buildRules(facts).groups?.flatMap(({ rules = [] }) => rules) ?? [];
  const rule = rules.find(
    (each) =>
      each.alert === name &&
      (ruleCase.service === undefined || each.labels?.["service"] === ruleCase.service),
  );
  if (rule === undefined) throw new Error(`there is no alert ${name}`);
  return {
    exp_labels: { ...rule.labels, ...ruleCase.labels },
    exp_annotations: { ...rule.annotations, summary },
  };
}

/** Names of the alerts of a region, each once. */
export function alertNames(facts: ObservabilityFacts): string[] {
  return [...new Set(alertsOf(facts).map(({ name }) => name))].sort();
}

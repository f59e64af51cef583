import { styleText } from "node:util";
import type { PolicyGroup } from "../../policies/pack/policy.ts";
import type { Explanation } from "./explain.ts";

/** The names of all policies, by group. */
export function renderList(groups: readonly PolicyGroup[]): string {
  return groups
    .filter(({ policies }) => policies.length > 0)
    .flatMap(({ title, policies }) => [
      styleText("bold", title),
      ...policies.map(({ name, severity, description }) => `  ${name} (${severity})\n      ${description}`),
    ])
    .join("\n");
}

/** One policy for a terminal. */
export function renderExplanation(explanation: Explanation): string {
  const { name, group, file, description, severity, remediates, reason, remedy, controls } = explanation;
  const { settings, examples, exception } = explanation;
  return [
    styleText("bold", name),
    description,
    "",
    `Group:    ${group}, ${file}`,
    `Severity: ${severity}${remediates ? "; it can repair what it finds" : ""}`,
    `Why:      ${reason}`,
    `Instead:  ${remedy}`,
    ...section("Standards", controls),
    ...section("Settings", settings.flatMap(renderSetting)),
    ...section("Passes", linesOf(examples.pass)),
    ...section("Fails", linesOf(examples.fail)),
    ...(exception === undefined
      ? section("Exceptions", ["None by annotation; parameters and the level of the configuration remain."])
      : section("To except an object, annotate it", [`${exception.name}: '${exception.value}'`])),
  ].join("\n");
}

function section(title: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  return ["", styleText("bold", title), ...lines.map((line) => (line === "" ? "" : `  ${line}`))];
}

function renderSetting({
  name,
  allowed,
  description,
  default: fallback,
  configured,
}: Explanation["settings"][number]): string[] {
  const values = Object.entries(configured).map(([file, value]) => `${file}: ${describeValue(value)}`);
  const entries = isListOfObjects(fallback) ? fallback.map((entry) => `      ${JSON.stringify(entry)}`) : [];
  return [
    `${name}: ${allowed}`,
    `    ${description}`,
    `    ${[`default: ${describeValue(fallback)}`, ...values].join("; ")}`,
    ...entries,
  ];
}

function describeValue(value: unknown): string {
  if (!isListOfObjects(value)) return JSON.stringify(value);
  return value.length === 1 ? "1 entry" : `${value.length} entries`;
}

/** Such lists are too long for a line. */
function isListOfObjects(value: unknown): value is object[] {
  return Array.isArray(value) && value.some((item) => typeof item === "object");
}

function linesOf(examples: readonly string[]): string[] {
  return examples.join("\n\n").split("\n");
}

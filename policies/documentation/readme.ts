import type { Example } from "../pack/facts.ts";
import { FRAMEWORKS } from "../pack/frameworks.ts";
import type { Policy, PolicyGroup } from "../pack/policy.ts";
import { exampleYaml } from "./example-yaml.ts";
import { describeAllowed, describeControl } from "./facts.ts";

/** The page about every policy of the pack, by group. */
export function renderPolicies(groups: readonly PolicyGroup[]): string {
  const count = groups.reduce((sum, { policies }) => sum + policies.length, 0);
  const sections = groups.filter(({ policies }) => policies.length > 0);
  return `${[
    "# Policies",
    "Generated from the policies by `npm run reference`; do not edit. The guide is [docs/policies.md](../docs/policies.md).",
    `${count} policies in ${sections.length} groups. \`npm run policy:explain -- <name>\` prints one of them.`,
    ...sections.map(renderIndex),
    renderFrameworks(),
    READING,
    ...sections.flatMap(({ title, policies }) => [`## ${title}`, ...policies.map(renderPolicy)]),
  ].join("\n\n")}\n`;
}

const READING = [
  "## How to read an example",
  "",
  "An example of a container or of a pod's spec is laid over one that keeps every policy, and `null` takes a value away.",
  "The tests try it in every list of containers and every kind of workload.",
].join("\n");

function renderIndex({ title, policies }: PolicyGroup): string {
  return [
    `**[${title}](#${anchor(title)})**`,
    "",
    "| Policy | Severity | Rule |",
    "| --- | --- | --- |",
    ...policies.map(
      ({ name, severity, description }) =>
        `| [\`${name}\`](#${anchor(name)}) | ${severity} | ${cell(description)} |`,
    ),
  ].join("\n");
}

function renderFrameworks(): string {
  const lines = Object.values(FRAMEWORKS).map(({ name, version, url }) => `- [${name}](${url}), ${version}`);
  return ["## Standards", "", "Controls are named as in these editions.", "", ...lines].join("\n");
}

function renderPolicy(policy: Policy): string {
  const {
    name,
    description,
    severity,
    enforcement = "mandatory",
    controls,
    reason,
    remedy,
    remediates,
  } = policy;
  const facts = [
    `severity ${severity}`,
    enforcement,
    ...(remediates ? ["can repair"] : []),
    ...controls.map(describeControl),
  ];
  return [
    `### \`${name}\``,
    prose(description),
    `*${prose(facts.join(" · "))}*`,
    `**Why.** ${prose(reason)}`,
    `**Instead.** ${prose(remedy)}`,
    ...renderParameters(policy),
    renderExamples("Passes", policy.examples.pass),
    renderExamples("Fails", policy.examples.fail),
  ].join("\n\n");
}

function renderParameters({ parameters }: Policy): string[] {
  const rows = Object.entries(parameters).map(([name, schema]) =>
    [
      "",
      ` \`${name}\` `,
      ` ${cell(describeAllowed(schema))} `,
      ` ${cell(`\`${JSON.stringify(schema.default)}\``)} `,
      ` ${cell(schema.description ?? "")} `,
      "",
    ].join("|"),
  );
  if (rows.length === 0) return [];
  return [["| Parameter | Allowed | Default | Meaning |", "| --- | --- | --- | --- |", ...rows].join("\n")];
}

function renderExamples(title: string, examples: readonly Example[]): string {
  return [`**${title}**`, "", "```yaml", examples.map(exampleYaml).join("\n\n"), "```"].join("\n");
}

/** As code hosts make the anchor of a heading. */
function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}

function cell(text: string): string {
  return prose(text).replaceAll("|", "\\|").replaceAll("\n", " ");
}

/** What stands in angle brackets outside of code is no element of HTML, and a star no emphasis. */
function prose(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith("`") ? part : part.replaceAll("<", "&lt;").replaceAll("*", "\\*")))
    .join("");
}

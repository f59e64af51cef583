import { createHash } from "node:crypto";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { describeControl } from "../../policies/documentation/facts.ts";
import { FRAMEWORKS } from "../../policies/pack/frameworks.ts";
import type { Policy } from "../../policies/pack/policy.ts";
import packageJson from "../../policies/package.json" with { type: "json" };
import type { PolicyReport, PolicyResult, Severity } from "./report.ts";

type Level = "error" | "warning" | "note";

/** Level of a result and the figure by which code scanning orders alerts: above 9 is critical, from 7 high, from 4 medium. */
const LEVELS: Readonly<Record<Severity, { readonly level: Level; readonly score: string }>> = {
  critical: { level: "error", score: "9.5" },
  high: { level: "error", score: "8.0" },
  medium: { level: "warning", score: "5.5" },
  low: { level: "note", score: "2.0" },
};

/**
 * The report as a SARIF 2.1.0 log, for code scanning: a rule for each policy, a result for each finding and for each
 * value that nobody has looked at. Code scanning makes an alert of every result, whatever its kind, and so nothing that
 * passed is one.
 *
 * @param documentation page that has a section for each policy, under its name. Default: none, and rules then point to
 *   the first standard that they carry out
 */
export function renderSarif(
  report: PolicyReport,
  policies: readonly Policy[],
  documentation?: string,
): object {
  const fingerprints = createFingerprints();
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        automationDetails: { id: `claude-agents-policies/${encodeURIComponent(report.stack)}/` },
        tool: {
          driver: {
            name: "Policies of Claude agents",
            semanticVersion: packageJson.version,
            rules: policies.map((policy) => ruleOf(policy, report, documentation)),
          },
        },
        columnKind: "utf16CodeUnits",
        invocations: [
          {
            executionSuccessful: report.errors.length === 0,
            toolExecutionNotifications: report.errors.map((text) => ({ level: "error", message: { text } })),
          },
        ],
        results: report.policies.flatMap((policy) => {
          const ruleIndex = policies.findIndex(({ name }) => name === policy.name);
          return resultsOf(policy).map((result) => ({
            ruleId: policy.name,
            ruleIndex,
            ...placed(result, report),
            partialFingerprints: { primaryLocationLineHash: fingerprints.next(policy.name, result) },
            ...result.facts,
          }));
        }),
        properties: { stack: report.stack, configuration: report.config, resources: report.resources },
      },
    ],
  };
}

function ruleOf(policy: Policy, report: PolicyReport, documentation: string | undefined): object {
  const { name, description, reason, remedy, severity, controls } = policy;
  const enforcement = report.policies.find((result) => result.name === name)?.enforcement;
  const standards = controls.map(describeControl);
  const page = documentation === undefined ? undefined : `${documentation}#${name}`;
  const [first] = controls;
  const helpUri = page ?? (first === undefined ? undefined : FRAMEWORKS[first.framework].url);
  return {
    id: name,
    shortDescription: { text: description },
    fullDescription: { text: reason },
    helpUri,
    help: {
      text: [reason, remedy, ...standards].join("\n"),
      markdown: [
        `**Why.** ${reason}`,
        `**Instead.** ${remedy}`,
        standards.map((standard) => `- ${standard}`).join("\n"),
        ...(page === undefined ? [] : [`[Examples and parameters](${page})`]),
        `\`npm run policy:explain -- ${name}\` shows examples.`,
      ].join("\n\n"),
    },
    defaultConfiguration: { level: levelOf(severity, enforcement), enabled: enforcement !== "disabled" },
    properties: {
      tags: ["security", ...standards],
      precision: "very-high",
      // Code scanning fails a pull request by this figure, which advice must not.
      ...(enforcement === "advisory" ? {} : { "security-severity": LEVELS[severity].score }),
    },
  };
}

function levelOf(severity: Severity, enforcement: PolicyResult["enforcement"] | undefined): Level {
  return enforcement === "advisory" ? "note" : LEVELS[severity].level;
}

/** One alert: what it is about, where, and what SARIF calls it. */
interface Result {
  readonly resource: string;
  readonly urn?: string;
  readonly text: string;
  /** What stays the same while the text changes with the values in it. */
  readonly place: string;
  readonly facts: object;
}

function resultsOf({ severity, enforcement, findings, unchecked }: PolicyResult): Result[] {
  const level = levelOf(severity, enforcement);
  const open = unchecked.filter(({ accepted }) => accepted === undefined);
  return [
    ...findings.map(({ message, enforcement: by, ...subject }) => ({
      ...subject,
      text: message,
      place: message.split(": ")[0] ?? "",
      facts: { kind: "fail", level, properties: { enforcement: by } },
    })),
    ...open.map(({ path: place, accepted: _, ...subject }) => ({
      ...subject,
      text: `${place} is not known before the update and was not checked.`,
      place,
      facts: { kind: "open", level: "none" },
    })),
  ];
}

/** Where a result stands: the resource, and the stack file, which is what a change of the stack goes through. */
function placed({ resource, urn, text }: Result, { stackFile }: PolicyReport): object {
  return {
    // SARIF reads [text](target) as a link, also where an object says it.
    message: { text: `${resource}: ${text}`.replaceAll("](", "] (") },
    locations: [
      {
        physicalLocation: {
          artifactLocation: artifactOf(stackFile),
          region: { startLine: 1, startColumn: 1, endLine: 1, endColumn: 2 },
        },
        logicalLocations: [{ name: resource, kind: "resource", fullyQualifiedName: urn }],
      },
    ],
  };
}

function artifactOf(stackFile: string): object {
  return path.isAbsolute(stackFile)
    ? { uri: pathToFileURL(stackFile).href }
    : { uri: encodeURI(stackFile), uriBaseId: "%SRCROOT%" };
}

/**
 * Names by which code scanning knows a finding again in the next run. They stand under the only key that it reads; left
 * out, it would take the hash of the line, which all findings of a policy share, and make one alert of them.
 */
function createFingerprints() {
  const seen = new Map<string, number>();
  return {
    next(policy: string, { urn, resource, place }: Result): string {
      const hash = createHash("sha256")
        .update(JSON.stringify([policy, urn ?? resource, place]))
        .digest("hex");
      const times = (seen.get(hash) ?? 0) + 1;
      seen.set(hash, times);
      return `${hash}:${times}`;
    },
  };
}

/**
 * Writes docs/reference.md from the code.
 *
 *   node docs/generate-reference.ts           writes the file
 *   node docs/generate-reference.ts --check   exits with 1 when the file and the code differ
 */
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { HEADERS, PATHS, PORTS } from "../agent-runtime/src/contract.ts";
import { SETTINGS } from "../agent-runtime/src/env.ts";
import { ERRORS } from "../agent-runtime/src/errors.ts";
import { METRIC_SPECS } from "../agent-runtime/src/metrics/catalogue.ts";
import { describeConfig } from "../components/config/reference.ts";

const REFERENCE_FILE = join(import.meta.dirname, "reference.md");

type Row = readonly string[];

/** The text of the reference, as the code stands. */
export function renderReference(): string {
  const sections = [
    "# Reference\n\nGenerated from the code by `node docs/generate-reference.ts`; do not edit.",
    configSection(),
    environmentSection(),
    pathSection(),
    headerSection(),
    errorSection(),
    metricSection(),
  ];
  return `${sections.join("\n\n")}\n`;
}

function configSection(): string {
  const rows = describeConfig().map(({ key, type, default: defaultValue, description }) => [
    code(key),
    type,
    defaultValue === "" ? "none" : defaultValue === "required" ? defaultValue : code(defaultValue),
    description,
  ]);
  const intro =
    "Keys of `Pulumi.<stack>.yaml`, below the project's name. An unknown or faulty key stops a preview with a message that lists every fault.";
  return section("Stack configuration", intro, ["Key", "Allowed", "Default", "Meaning"], rows);
}

function environmentSection(): string {
  const rows = Object.entries(SETTINGS).map(([name, setting]) => {
    const { description, allowed, defaultValue } = setting;
    const unit = "unit" in setting ? ` (${setting.unit})` : "";
    const secret = "secret" in setting && setting.secret ? " Secret." : "";
    return [
      code(name),
      defaultValue === undefined ? "none" : code(defaultValue) + unit,
      allowed,
      description + secret,
    ];
  });
  return section(
    "Environment",
    "Variables the runtime reads. A faulty one stops the start with a message that lists every fault; exit code 78.",
    ["Variable", "Default", "Allowed", "Meaning"],
    rows,
  );
}

const PATH_MEANINGS: Record<keyof typeof PATHS, { port: keyof typeof PORTS; meaning: string }> = {
  messages: {
    port: "http",
    meaning: "`POST`: a message, as JSON or as a stream of events. Needs the gateway's key.",
  },
  countTokens: { port: "http", meaning: "`POST`: counts a prompt's tokens. Needs the gateway's key." },
  models: { port: "http", meaning: "`GET`: the models; with `/<id>` one of them. Needs the gateway's key." },
  health: { port: "http", meaning: "Liveness: what runs here, and whether Claude is simulated." },
  ready: { port: "http", meaning: "Readiness: 503 while the process starts or drains." },
  startup: { port: "http", meaning: "Startup probe: 503 until the process was ready for the first time." },
  metrics: { port: "metrics", meaning: "Metrics in the Prometheus text format." },
};

function pathSection(): string {
  const rows = keysOf(PATH_MEANINGS).map((key) => {
    const { port, meaning } = PATH_MEANINGS[key];
    return [code(PATHS[key]), `${PORTS[port]} (${port})`, meaning];
  });
  return section("Paths", "Served by the runtime.", ["Path", "Port", "Meaning"], rows);
}

const HEADER_MEANINGS: Record<keyof typeof HEADERS, { direction: "request" | "answer"; meaning: string }> = {
  agentType: {
    direction: "request",
    meaning:
      "Kind of agent that asks, for metrics and logs; `direct` when absent. At most 50 kinds are told apart.",
  },
  session: { direction: "request", meaning: "Conversation the request belongs to." },
  deadlineMs: {
    direction: "request",
    meaning: "Milliseconds after which the caller needs no answer any more. The call is cancelled then.",
  },
  requestId: {
    direction: "answer",
    meaning: "The gateway's id of the request, also in its log line and in error bodies.",
  },
  upstreamRequestId: { direction: "answer", meaning: "The upstream API's id of the request." },
  region: { direction: "answer", meaning: "Region that answered." },
  simulated: { direction: "answer", meaning: "`true` when the simulated Claude answered; absent otherwise." },
  shouldRetry: { direction: "answer", meaning: "Whether a retry makes sense; official SDKs obey it." },
};

function headerSection(): string {
  const rows = keysOf(HEADER_MEANINGS).map((key) => {
    const { direction, meaning } = HEADER_MEANINGS[key];
    return [code(HEADERS[key]), direction, meaning];
  });
  const intro =
    "Headers of the platform. `anthropic-version` and `anthropic-beta` go to the upstream as sent; `anthropic-ratelimit-*` and `retry-after` come back as sent.";
  return section("Headers", intro, ["Header", "In", "Meaning"], rows);
}

function errorSection(): string {
  const rows = Object.entries(ERRORS).map(([name, { status, type, retryable, severity, message }]) => [
    code(name),
    String(status),
    code(type),
    retryable ? "yes" : "no",
    severity,
    message,
  ]);
  const intro =
    "What the gateway itself answers with, in the Anthropic API's error shape. In a stream that has begun, the same error is its last event. Errors of the upstream API are passed on as they come.";
  return section("Errors", intro, ["Code", "Status", "Type", "Retry", "Severity", "Message"], rows);
}

function metricSection(): string {
  const rows = METRIC_SPECS.map(({ name, type, labels, help }) => [
    code(name),
    type,
    labels.map(code).join(" "),
    help,
  ]);
  const intro = "The platform's own metrics. Process metrics (`process_*`, `nodejs_*`) come beside them.";
  return section("Metrics", intro, ["Metric", "Type", "Labels", "Meaning"], rows);
}

function section(title: string, intro: string, head: Row, rows: readonly Row[]): string {
  const line = (cells: Row) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [`## ${title}`, "", intro, "", line(head), line(head.map(() => "---")), ...rows.map(line)].join(
    "\n",
  );
}

const code = (text: string) => `\`${text}\``;

function keysOf<K extends string>(record: Record<K, unknown>): K[] {
  return Object.keys(record) as K[];
}

async function main(): Promise<void> {
  const expected = renderReference();
  if (!process.argv.includes("--check")) {
    await writeFile(REFERENCE_FILE, expected);
    return;
  }
  const committed = existsSync(REFERENCE_FILE) ? await readFile(REFERENCE_FILE, "utf8") : "";
  if (committed === expected) return;
  console.error("docs/reference.md is not what the code says. Run: node docs/generate-reference.ts");
  process.exitCode = 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await main();

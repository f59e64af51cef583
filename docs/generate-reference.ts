/**
 * Writes docs/reference/ and the pages about the policies from the code.
 *
 *   node docs/generate-reference.ts           writes the pages
 *   node docs/generate-reference.ts --check   exits with 1 when a page and the code differ
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { HEADERS, PATHS, PORTS } from "../agent-runtime/src/contract.ts";
import { SETTINGS } from "../agent-runtime/src/env-settings.ts";
import { ERRORS } from "../agent-runtime/src/errors.ts";
import { METRIC_SPECS } from "../agent-runtime/src/metrics/catalogue.ts";
import { renderOpsOpenApi } from "../agent-runtime/src/ops/openapi.ts";
import { FAILURES } from "../agent-runtime/src/resilience/failure-class.ts";
import { describeConfig, stackFileSchema } from "../components/config/reference.ts";
import { policyConfigSchema } from "../policies/config/schema.ts";
import { renderPolicies } from "../policies/documentation/readme.ts";
import { GROUPS, POLICIES } from "../policies/policies.ts";
import { type ComponentPage, componentFile, readComponents, renderComponent } from "./component-pages.ts";

const ROOT = join(import.meta.dirname, "..");

/** Where the pages lie. */
export const REFERENCE_FOLDER = join(ROOT, "docs", "reference");

type Row = readonly string[];

interface Page {
  readonly file: string;
  readonly title: string;
  readonly sections: readonly string[];
}

const GENERATED = "Generated from the code by `npm run reference`; do not edit.";

/** The text of each page by file name, as the code stands. */
export async function renderReference(): Promise<ReadonlyMap<string, string>> {
  const pages: readonly Page[] = [
    { file: "configuration.md", title: "Stack configuration", sections: [configSection()] },
    { file: "environment.md", title: "Environment of the runtime", sections: [environmentSection()] },
    { file: "http.md", title: "HTTP", sections: [pathSection(), headerSection()] },
    { file: "errors.md", title: "Errors", sections: [errorSection(), failureSection()] },
    { file: "metrics.md", title: "Metrics", sections: [metricSection()] },
  ];
  const openApi = `${JSON.stringify(await renderOpsOpenApi(), undefined, 2)}\n`;
  const components = await readComponents();
  return new Map([
    ["README.md", renderIndex(pages, components)],
    ...pages.map(({ file, title, sections }): [string, string] => [
      file,
      `${[`# ${title}`, GENERATED, ...sections].join("\n\n")}\n`,
    ]),
    ...components.map((component): [string, string] => [
      componentFile(component),
      renderComponent(component, GENERATED),
    ]),
    ["ops-openapi.json", openApi],
    ["stack-file.schema.json", `${JSON.stringify(stackFileSchema(), undefined, 2)}\n`],
  ]);
}

function renderIndex(pages: readonly Page[], components: readonly ComponentPage[]): string {
  const lines = pages.map(({ file, title }) => `- [${title}](${file})`);
  const openApi =
    "- [The ops API as OpenAPI](ops-openapi.json); a running gateway serves the same at `/ops/v1/openapi.json`";
  const schema = "- [The stack file as JSON Schema](stack-file.schema.json), for editors";
  const parts = components.map((component) => `- [${component.name}](${componentFile(component)})`);
  const text = [
    "# Reference",
    GENERATED,
    [...lines, schema, openApi].join("\n"),
    "## Components",
    parts.join("\n"),
  ];
  return `${text.join("\n\n")}\n`;
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
  cache: {
    direction: "request",
    meaning:
      "`use` takes an answer from the response cache, `refresh` replaces it, `off` does neither. In the answer: `hit`, `miss` or `joined` (the answer of an equal request under way).",
  },
  fallback: {
    direction: "answer",
    meaning: "The fallback model that answered, or was tried last; absent when it was the one asked for.",
  },
  limitReset: {
    direction: "answer",
    meaning: "When the budget that refused the request begins anew, ISO 8601 in UTC.",
  },
  decidedBy: {
    direction: "answer",
    meaning: "The policy that refused the request. Its log line names also the one that permitted.",
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
    "Headers of the platform. `anthropic-version` and `anthropic-beta` go to the upstream as sent. `anthropic-ratelimit-*` tell the caller's own limits, or where it has none those of the upstream.";
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

function failureSection(): string {
  const rows = keysOf(FAILURES).map((name) => {
    const { meaning, retries, trips, fallsBack, severity, alert } = FAILURES[name];
    const yes = (value: boolean) => (value ? "yes" : "no");
    return [
      code(name),
      meaning,
      yes(retries),
      yes(trips),
      yes(fallsBack),
      severity,
      alert === null ? "none" : code(alert),
    ];
  });
  const intro =
    "What can go wrong between a caller and an answer, and what the gateway does about it: try again, count it for the breaker, ask a fallback model.";
  return section(
    "Failure classes",
    intro,
    ["Class", "Meaning", "Retried", "Trips the breaker", "Falls back", "Severity", "Alert"],
    rows,
  );
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

/** What is generated about the policies, by path below the repository's root. */
export function renderPolicyFiles(): ReadonlyMap<string, string> {
  return new Map([
    ["policies/README.md", renderPolicies(GROUPS)],
    ["policies/config/schema.json", `${JSON.stringify(policyConfigSchema(POLICIES), undefined, 2)}\n`],
  ]);
}

async function main(): Promise<void> {
  const reference = [...(await renderReference())].map(
    ([file, text]) => [`docs/reference/${file}`, text] as const,
  );
  const files = [...reference, ...renderPolicyFiles()];
  if (!process.argv.includes("--check")) {
    await mkdir(REFERENCE_FOLDER, { recursive: true });
    for (const [file, text] of files) await writeFile(join(ROOT, file), text);
    return;
  }
  for (const [file, text] of files) {
    const committed = await readFile(join(ROOT, file), "utf8").catch(() => "");
    if (committed === text) continue;
    console.error(`${file} is not what the code says. Run: npm run reference`);
    process.exitCode = 1;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await main();

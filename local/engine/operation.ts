import { startEventServer } from "./event-server.ts";
import { createEventSummary, type EngineEvent, type EventSummary } from "./event-summary.ts";
import type { Diagnostic, OperationResult, Outcome } from "./operation-result.ts";
import { type CliResult, type PulumiCli, runCli } from "./pulumi-cli.ts";

export interface OperationRequest {
  readonly args: readonly string[];
  readonly signal: AbortSignal;
  /** What was put in order beforehand; reported with the result. */
  readonly notes: readonly string[];
  readonly onEvent: (event: EngineEvent) => void;
}

/** Runs one operation of the engine to its end and collects what it said. A failed operation is a result, not an error. */
export async function runOperation(cli: PulumiCli, request: OperationRequest): Promise<OperationResult> {
  const startedAt = performance.now();
  const summary = createEventSummary(request.onEvent);
  const events = await startEventServer((event) => summary.add(event));
  try {
    const result = await runCli(cli, [...request.args, "--event-log", events.url], {
      signal: request.signal,
    });
    const outcome = outcomeOf(result, summary, request.signal);
    return {
      outcome,
      changes: summary.changes,
      diagnostics: [...notesAsDiagnostics(request.notes), ...diagnosticsOf(result, summary, outcome)],
      policyViolations: summary.policyViolations,
      policyRemediations: summary.policyRemediations,
      policyCoverage: summary.policyCoverage,
      durationMs: Math.round(performance.now() - startedAt),
      output: [result.stdout, result.stderr].filter((text) => text !== "").join("\n"),
    };
  } finally {
    events.close();
  }
}

function outcomeOf(result: CliResult, summary: EventSummary, signal: AbortSignal): Outcome {
  if (result.exitCode === 0) return "succeeded";
  return signal.aborted || summary.outcome === "cancelled" ? "cancelled" : "failed";
}

function notesAsDiagnostics(notes: readonly string[]): Diagnostic[] {
  return notes.map((message) => ({ severity: "warning", message }));
}

/** The CLI itself may fail before the engine can say anything, or be killed. */
function diagnosticsOf(result: CliResult, summary: EventSummary, outcome: Outcome): readonly Diagnostic[] {
  const explained =
    summary.diagnostics.some(({ severity }) => severity === "error") || summary.policyViolations.length > 0;
  if (outcome !== "failed" || explained) return summary.diagnostics;
  const message =
    result.exitCode === undefined ? "The engine was killed." : result.stderr.trim() || result.stdout.trim();
  return [...summary.diagnostics, { severity: "error", message }];
}

import type { EngineEvent as PulumiEvent } from "@pulumi/pulumi/automation/index.js";
import type {
  ChangeSummary,
  Diagnostic,
  Outcome,
  PolicyCoverage,
  PolicyRemediation,
  PolicyViolation,
} from "./operation-result.ts";
import { createPolicyTally } from "./policy-tally.ts";
import { nameInUrn } from "./urn.ts";

/** What happens while the engine works, for a progress display. */
export type EngineEvent = ResourceEvent | StatusEvent | MessageEvent | ViolationEvent;

interface ResourceEvent {
  readonly kind: "resource";
  readonly phase: "started" | "finished" | "failed";
  /** The engine's word for the step: `create`, `update`, `same`, `delete`, `create-replacement` and others. */
  readonly operation: string;
  readonly type: string;
  readonly resource: string;
  /** Whether this is a preview, in which nothing is made. */
  readonly preview: boolean;
}

/** What a resource is waiting for at the moment; the next one replaces it. */
interface StatusEvent {
  readonly kind: "status";
  readonly resource?: string;
  readonly message: string;
}

interface MessageEvent extends Diagnostic {
  readonly kind: "message";
}

interface ViolationEvent extends PolicyViolation {
  readonly kind: "violation";
}

export interface EventSummary {
  add(event: PulumiEvent): void;
  readonly changes: ChangeSummary;
  readonly diagnostics: readonly Diagnostic[];
  readonly policyViolations: readonly PolicyViolation[];
  readonly policyRemediations: readonly PolicyRemediation[];
  readonly policyCoverage: PolicyCoverage;
  /** What the engine said of its end; `undefined` when it could not say anything. */
  readonly outcome: Outcome | undefined;
}

const NO_CHANGES: ChangeSummary = { created: 0, updated: 0, replaced: 0, deleted: 0, unchanged: 0 };

/** Collects a run's events into its summary and passes them on in readable form. */
export function createEventSummary(onEvent: (event: EngineEvent) => void): EventSummary {
  let changes = NO_CHANGES;
  let outcome: Outcome | undefined;
  const diagnostics: Diagnostic[] = [];
  const policyViolations: PolicyViolation[] = [];
  const tally = createPolicyTally();
  const collect = (event: EngineEvent) => {
    onEvent(event);
    if (event.kind === "message") {
      const { kind, ...diagnostic } = event;
      diagnostics.push(diagnostic);
    } else if (event.kind === "violation") {
      const { kind, ...violation } = event;
      policyViolations.push(violation);
    }
  };
  return {
    add(event) {
      if (event.preludeEvent) {
        // An update with a preview is two runs, each of which says everything.
        diagnostics.length = 0;
        policyViolations.length = 0;
        tally.reset();
      }
      tally.add(event);
      if (event.summaryEvent) {
        changes = toChanges(event.summaryEvent.resourceChanges);
        outcome = toOutcome(event.summaryEvent);
      }
      const readable = toEngineEvent(event);
      if (readable !== undefined) collect(readable);
    },
    get changes() {
      return changes;
    },
    get outcome() {
      return outcome;
    },
    get policyRemediations() {
      return tally.remediations;
    },
    get policyCoverage() {
      return tally.coverage;
    },
    diagnostics,
    policyViolations,
  };
}

function toEngineEvent(event: PulumiEvent): EngineEvent | undefined {
  if (event.resourcePreEvent) return resourceEvent("started", event.resourcePreEvent);
  if (event.resOutputsEvent) return resourceEvent("finished", event.resOutputsEvent);
  if (event.resOpFailedEvent) return resourceEvent("failed", event.resOpFailedEvent);
  if (event.diagnosticEvent && isForUsers(event.diagnosticEvent)) return messageEvent(event.diagnosticEvent);
  if (event.policyEvent) return violationEvent(event.policyEvent);
  return undefined;
}

type Step = Pick<NonNullable<PulumiEvent["resourcePreEvent"]>, "metadata" | "planning">;

function resourceEvent(phase: ResourceEvent["phase"], step: Step): ResourceEvent {
  const { op, type, urn } = step.metadata;
  return {
    kind: "resource",
    phase,
    operation: op,
    type,
    resource: nameInUrn(urn),
    preview: step.planning ?? false,
  };
}

/** The SDK also sends its own protocol as messages of a severity that its type does not name. */
function isForUsers({ severity }: { readonly severity: string }): boolean {
  return severity !== "debug";
}

function messageEvent(event: NonNullable<PulumiEvent["diagnosticEvent"]>): EngineEvent {
  const about = { ...resourceOf(event.urn), message: event.message.trimEnd() };
  if (event.ephemeral === true) return { kind: "status", ...about };
  return { kind: "message", severity: event.severity === "info#err" ? "info" : event.severity, ...about };
}

function violationEvent(event: NonNullable<PulumiEvent["policyEvent"]>): ViolationEvent {
  return {
    kind: "violation",
    pack: event.policyPackName,
    policy: event.policyName,
    enforcement: event.enforcementLevel === "mandatory" ? "mandatory" : "advisory",
    ...resourceOf(event.resourceUrn),
    ...(event.resourceUrn ? { urn: event.resourceUrn } : {}),
    message: event.message.trim(),
  };
}

function resourceOf(urn: string | undefined): { resource?: string } {
  return urn === undefined || urn === "" ? {} : { resource: nameInUrn(urn) };
}

function toChanges(counts: Readonly<Record<string, number | undefined>>): ChangeSummary {
  const count = (...operations: string[]) => operations.reduce((sum, name) => sum + (counts[name] ?? 0), 0);
  return {
    created: count("create", "import"),
    updated: count("update"),
    replaced: count("replace", "import-replacement"),
    deleted: count("delete"),
    unchanged: count("same"),
  };
}

/** Newer engines say how they ended; the SDK's type does not know the field yet. */
function toOutcome(summary: object): Outcome | undefined {
  if (!("result" in summary)) return undefined;
  switch (summary.result) {
    case "succeeded":
    case "failed":
      return summary.result;
    case "canceled":
      return "cancelled";
    default:
      return undefined;
  }
}

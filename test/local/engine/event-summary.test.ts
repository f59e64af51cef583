import { describe, expect, it } from "vitest";
import { createEventSummary, type EngineEvent } from "../../../local/engine/event-summary.ts";

type PulumiEvent = Parameters<ReturnType<typeof createEventSummary>["add"]>[0];

const URN = "urn:pulumi:test::shop::claude-agents:region:Region$kubernetes:core/v1:Service::front";
const BASE = { sequence: 1, timestamp: 0 };

function summarise(...events: Partial<PulumiEvent>[]) {
  const seen: EngineEvent[] = [];
  const summary = createEventSummary((event) => seen.push(event));
  for (const event of events) summary.add({ ...BASE, ...event });
  return { summary, seen };
}

function diagnostic(severity: string, message: string, more = {}): Partial<PulumiEvent> {
  return { diagnosticEvent: { severity: severity as "info", message, color: "never", ...more } };
}

function summaryEvent(resourceChanges: Record<string, number>, more = {}): Partial<PulumiEvent> {
  return {
    summaryEvent: { maybeCorrupt: false, durationSeconds: 1, resourceChanges, policyPacks: {}, ...more },
  };
}

describe("the summary of a run", () => {
  it("counts resources by what was done with them", () => {
    const { summary } = summarise(
      summaryEvent({ create: 2, update: 3, replace: 1, delete: 4, same: 5, read: 9 }),
    );
    expect(summary.changes).toEqual({ created: 2, updated: 3, replaced: 1, deleted: 4, unchanged: 5 });
  });

  it.each([
    ["succeeded", "succeeded"],
    ["failed", "failed"],
    ["canceled", "cancelled"],
    [undefined, undefined],
  ])("takes the engine's word %s as %s", (result, outcome) => {
    expect(summarise(summaryEvent({}, { result })).summary.outcome).toBe(outcome);
  });

  it("keeps messages with the name of the resource, of errors and warnings as of plain output", () => {
    const { summary } = summarise(
      diagnostic("warning", "slow\n", { urn: URN }),
      diagnostic("info#err", "to stderr"),
    );
    expect(summary.diagnostics).toMatchObject([
      { severity: "warning", resource: "front", message: "slow" },
      { severity: "info", message: "to stderr" },
    ]);
  });

  it("passes on what a resource is waiting for without keeping it", () => {
    const { summary, seen } = summarise(diagnostic("info", "1 of 2 pods", { urn: URN, ephemeral: true }));
    expect(seen).toEqual([{ kind: "status", resource: "front", message: "1 of 2 pods" }]);
    expect(summary.diagnostics).toEqual([]);
  });

  it("drops what the SDK says to its developers", () => {
    expect(summarise(diagnostic("debug", "RegisterResource RPC prepared")).seen).toEqual([]);
  });

  it("is that of the update alone when a preview went before", () => {
    const { summary } = summarise(
      { preludeEvent: { config: {} } },
      diagnostic("warning", "said twice"),
      summaryEvent({ create: 1 }),
      { preludeEvent: { config: {} } },
      diagnostic("warning", "said twice"),
      summaryEvent({ create: 1 }),
    );
    expect(summary.diagnostics).toHaveLength(1);
  });

  it("tells the steps of a resource", () => {
    const metadata = { op: "create", urn: URN, type: "kubernetes:core/v1:Service", provider: "" } as const;
    const { seen } = summarise(
      { resourcePreEvent: { metadata, planning: true } },
      { resOutputsEvent: { metadata } },
      { resOpFailedEvent: { metadata, status: 1, steps: 1 } },
    );
    const about = {
      kind: "resource",
      operation: "create",
      type: "kubernetes:core/v1:Service",
      resource: "front",
    };
    expect(seen).toEqual([
      { ...about, phase: "started", preview: true },
      { ...about, phase: "finished", preview: false },
      { ...about, phase: "failed", preview: false },
    ]);
  });
});

describe("the policies of a run", () => {
  const violation = {
    policyEvent: {
      resourceUrn: URN,
      message: " too big\n",
      color: "never",
      policyName: "be-small",
      policyPackName: "p",
      policyPackVersion: "1",
      policyPackVersionTag: "1",
      enforcementLevel: "mandatory",
    },
  } as const satisfies Partial<PulumiEvent>;
  const judged = (passed: string) => ({ policyAnalyzeSummaryEvent: { resourceUrn: URN, passed: [passed] } });
  const repaired = { policyRemediationEvent: { policyName: "be-small", resourceUrn: URN } };

  it("are kept as violations with the resource and its URN", () => {
    const { summary, seen } = summarise(violation);
    const kept = { pack: "p", policy: "be-small", enforcement: "mandatory", resource: "front", urn: URN };
    expect(summary.policyViolations).toEqual([{ ...kept, message: "too big" }]);
    expect(seen).toEqual([{ kind: "violation", ...kept, message: "too big" }]);
  });

  it.each(["", undefined])("have no resource where the stack as a whole is meant: %j", (resourceUrn) => {
    const { resourceUrn: _, ...policyEvent } = violation.policyEvent;
    const event = { ...policyEvent, ...(resourceUrn === undefined ? {} : { resourceUrn }) };
    const [kept] = summarise({ policyEvent: event }).summary.policyViolations;
    expect(kept).not.toHaveProperty("resource");
    expect(kept).not.toHaveProperty("urn");
  });

  it.each(["advisory", "disabled", "other"])("are advice by every other level: %s", (enforcementLevel) => {
    const event = { policyEvent: { ...violation.policyEvent, enforcementLevel } } as Partial<PulumiEvent>;
    expect(summarise(event).summary.policyViolations[0]?.enforcement).toBe("advisory");
  });

  it("are counted, with what they repaired, for the update alone when a preview went before", () => {
    const prelude = { preludeEvent: { config: {} } };
    const { summary } = summarise(
      ...([prelude, judged("a"), repaired, violation, prelude, judged("b")] as Partial<PulumiEvent>[]),
    );
    expect(summary.policyCoverage).toEqual({ policies: ["b"], resources: 1 });
    expect([summary.policyRemediations, summary.policyViolations]).toEqual([[], []]);
  });

  it("say what they repaired", () => {
    expect(summarise(repaired as Partial<PulumiEvent>).summary.policyRemediations).toEqual([
      { policy: "be-small", resource: "front", urn: URN },
    ]);
  });
});

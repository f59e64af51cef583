import { describe, expect, it } from "vitest";
import { loadModels, NO_USAGE } from "../../../agent-runtime/src/gateway/models.ts";
import type { RequestRecord } from "../../../agent-runtime/src/gateway/request-record.ts";
import { consumptionOf } from "../../../agent-runtime/src/gateway/settlement.ts";
import type { ObservedAnswer } from "../../../agent-runtime/src/gateway/usage.ts";

const models = loadModels();

/** A message whose bound is a dollar, sent to the upstream. */
const sent: RequestRecord = {
  startedAtMs: 0,
  agentType: "direct",
  agent: "direct",
  operation: "message",
  requestedModel: "claude-sonnet-5-5",
  estimatedInputTokens: 100,
  worstCase: { boundNanoUsd: 1_000_000_000, outputTokens: 64 },
  call: { mayHaveCost: true },
  endedEarly: false,
  isClosed: true,
};

const answer = (known: ObservedAnswer["known"], outputTokens = 10): ObservedAnswer => ({
  usage: { ...NO_USAGE, inputTokens: 50, outputTokens },
  modifiers: {},
  known,
});

const settle = (fields: Partial<RequestRecord>) => consumptionOf({ ...sent, ...fields }, models);

const ATMOST = { costNanoUsd: 1_000_000_000, isEstimated: true };
const NOTHING = { usage: NO_USAGE, costNanoUsd: 0, isEstimated: false };

describe("a request is charged", () => {
  it("with what its answer says", () => {
    expect(settle({ observed: () => answer("all") })).toMatchObject({
      usage: { inputTokens: 50, outputTokens: 10 },
      // 50 input and 10 output tokens of Sonnet 5.5.
      costNanoUsd: 200_000,
      isEstimated: false,
    });
  });

  it("with nothing when its answer says that it used nothing", () => {
    expect(settle({ observed: () => ({ ...answer("all"), usage: NO_USAGE }) })).toMatchObject(NOTHING);
  });

  it("fault 38: with its input and the output so far when its stream ends early", () => {
    expect(settle({ endedEarly: true, observed: () => answer("input") })).toMatchObject({
      costNanoUsd: 200_000,
      isEstimated: true,
    });
  });

  it("never with more than its bound for output that is only estimated", () => {
    expect(settle({ endedEarly: true, observed: () => answer("input", 10_000_000) })).toMatchObject(ATMOST);
  });

  it.each<[string, Partial<RequestRecord>]>([
    ["the caller left before an answer came", {}],
    ["the answer's usage cannot be read", { observed: () => answer("nothing") }],
    ["the answer is no message", { observed: () => undefined }],
    ["the stream ended before it told its input", { endedEarly: true, observed: () => answer("nothing") }],
    ["the stream ended by itself and did not tell its output", { observed: () => answer("input") }],
  ])("fault 38: with its bound when %s", (_when, fields) => {
    expect(settle(fields)).toMatchObject({ ...ATMOST, usage: { inputTokens: 100, outputTokens: 64 } });
  });

  it("without a bound, with its estimated input and all the output it asked for", () => {
    const worstCase = { boundNanoUsd: undefined, outputTokens: 1_000_000 };
    // 100 input tokens and a million output tokens of Sonnet 5.5.
    expect(settle({ worstCase })).toMatchObject({ costNanoUsd: 10_000_200_000, isEstimated: true });
  });

  it("with nothing when it was never sent", () => {
    expect(settle({ call: { mayHaveCost: false } })).toMatchObject(NOTHING);
  });

  it("with nothing when it got no further than the gateway", () => {
    const { call, ...refused } = sent;
    expect(consumptionOf(refused, models)).toMatchObject(NOTHING);
  });

  it("with nothing when it is free", () => {
    const { worstCase, ...free } = sent;
    expect(consumptionOf(free, models)).toMatchObject(NOTHING);
  });
});

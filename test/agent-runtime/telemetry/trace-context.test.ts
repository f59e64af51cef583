import { describe, expect, it } from "vitest";
import { readTraceContext } from "../../../agent-runtime/src/telemetry/trace-context.ts";

const TRACE_ID = "0af7651916cd43dd8448eb211c80319c";
const SPAN_ID = "b7ad6b7169203331";
const traceparent = `00-${TRACE_ID}-${SPAN_ID}-01`;

describe("the trace of a caller", () => {
  it("is read and passed on unchanged", () => {
    expect(readTraceContext({ traceparent, tracestate: "vendor=value,other@x=1" })).toEqual({
      traceId: TRACE_ID,
      spanId: SPAN_ID,
      isSampled: true,
      headers: { traceparent, tracestate: "vendor=value,other@x=1" },
    });
  });

  it("may say that it is not recorded", () => {
    expect(readTraceContext({ traceparent: `00-${TRACE_ID}-${SPAN_ID}-00` })).toMatchObject({
      isSampled: false,
    });
  });

  it("may be of a later version with more fields", () => {
    expect(readTraceContext({ traceparent: `cc-${TRACE_ID}-${SPAN_ID}-01-more` })).toMatchObject({
      traceId: TRACE_ID,
    });
  });

  it.each([
    undefined,
    "",
    "00",
    traceparent.toUpperCase(),
    `${traceparent}-more`,
    `${traceparent}\n`,
    ` ${traceparent}`,
    `ff-${TRACE_ID}-${SPAN_ID}-01`,
    `00-${"0".repeat(32)}-${SPAN_ID}-01`,
    `00-${TRACE_ID}-${"0".repeat(16)}-01`,
    `00-${TRACE_ID}-${SPAN_ID}`,
    `00-${TRACE_ID}-${SPAN_ID}-1`,
    `cc-${TRACE_ID}-${SPAN_ID}-01-${"x".repeat(201)}`,
  ])("is none when the header is %j", (header) => {
    expect(readTraceContext({ traceparent: header })).toBeUndefined();
  });

  it.each([
    "",
    "x".repeat(513),
    "a=1\u0000",
    Array.from({ length: 33 }, (_value, index) => `k${index}=1`).join(),
  ])("goes without a state that is not valid: %j", (tracestate) => {
    expect(readTraceContext({ traceparent, tracestate })?.headers).toEqual({ traceparent });
  });
});

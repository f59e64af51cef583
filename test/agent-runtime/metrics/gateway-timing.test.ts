import { describe, expect, it } from "vitest";
import { createGatewayTimingMetrics } from "../../../agent-runtime/src/metrics/gateway-timing.ts";
import { MetricsRegistry } from "../../../agent-runtime/src/metrics/registry.ts";

function timing() {
  const registry = new MetricsRegistry();
  return { ...createGatewayTimingMetrics(registry), text: () => registry.text() };
}

describe("the gateway's own time", () => {
  it("is observed by operation, in buckets from 0.1 ms to 1 s", async () => {
    const { overhead, text } = timing();
    overhead("message", 0.0002);
    const lines = await text();
    const bucket = (bound: string) => `_overhead_seconds_bucket{le="${bound}",operation="message"}`;
    expect(lines).toContain(`${bucket("0.0001")} 0`);
    expect(lines).toContain(`${bucket("0.00025")} 1`);
    expect(lines).toContain(`${bucket("1")} 1`);
  });
});

describe("the time to the first byte", () => {
  it("is observed by model", async () => {
    const { firstByte, text } = timing();
    firstByte("claude-sonnet-5-5", 0.3);
    expect(await text()).toContain('time_to_first_byte_seconds_sum{model="claude-sonnet-5-5"} 0.3');
  });

  it("fault 54: has at most 50 models and `other`, however many are named", async () => {
    const { firstByte, text } = timing();
    for (let index = 0; index < 500; index += 1) firstByte(`m-${index}`, 1);
    firstByte('odd"\n', 1);
    const counts = (await text()).match(/^claude_agent_time_to_first_byte_seconds_count.*/gm) ?? [];
    expect(counts).toHaveLength(51);
    expect(counts).toContain('claude_agent_time_to_first_byte_seconds_count{model="other"} 451');
  });
});

import { afterEach, describe, expect, it, vi } from "vitest";
import { QueryReach } from "../../../policies/stack/query-reach.ts";

const OTHER = { namespace: "other", job: "other" };

afterEach(() => {
  vi.restoreAllMocks();
});

describe("the reach of queries", () => {
  it("compares an agent with none of them that name whole names or no name", () => {
    const reach = new QueryReach();
    reach.add("eu", "up", 'up{namespace="ai-agents",job="agent"}');
    reach.add("eu", "up", 'up{job="agent"}');
    reach.add("eu", "up", 'up{namespace="ai-agents"}');
    const comparison = vi.spyOn(String.prototype, "endsWith");
    expect(reach.covers("eu", "up", OTHER)).toBe(false);
    expect(comparison).not.toHaveBeenCalled();
  });

  it("compares it with those of the beginning of a name", () => {
    const reach = new QueryReach();
    reach.add("eu", "up", 'up{namespace="ai-agents",job=~"agent-.*"}');
    reach.add("eu", "up", 'up{namespace=~"ai-.*"}');
    expect(reach.covers("eu", "up", { namespace: "ai-agents", job: "agent-research" })).toBe(true);
    expect(reach.covers("eu", "up", { namespace: "ai-tools", job: "other" })).toBe(true);
    expect(reach.covers("eu", "up", OTHER)).toBe(false);
    expect(reach.covers("us", "up", { namespace: "ai-tools", job: "other" })).toBe(false);
  });
});

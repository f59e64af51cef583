import { describe, expect, it } from "vitest";
import { MAX_JSON_DEPTH, readPromptFacts } from "../../../agent-runtime/src/gateway/prompt-facts.ts";

const content = (block: object) => ({ messages: [{ role: "user", content: [block] }] });
const nested = (levels: number): object => (levels === 1 ? {} : { inner: nested(levels - 1) });

describe("the facts of a prompt", () => {
  it("of plain text are plain", () => {
    expect(readPromptFacts({ model: "m", messages: [{ role: "user", content: "Hi" }] })).toEqual({
      depth: 3,
      isThread: false,
      refersElsewhere: false,
      base64Characters: 0,
      cacheWrites: "none",
      usesServerTools: false,
    });
  });

  it.each([
    ["a file", { type: "document", source: { type: "file", file_id: "file_1" } }],
    ["a URL", { type: "image", source: { type: "url", url: "https://example.com/a.png" } }],
    ["a file for a container", { type: "container_upload", file_id: "file_1" }],
    [
      "a picture in a tool's result",
      { type: "tool_result", content: [{ type: "image", source: { type: "url" } }] },
    ],
    ["a kind of source that is not known", { type: "image", source: { type: "cloud" } }],
  ])("tell that %s lies elsewhere", (_what, block) => {
    expect(readPromptFacts(content(block)).refersElsewhere).toBe(true);
  });

  it.each([
    ["text", { type: "document", source: { type: "text", data: "long" } }],
    ["base64", { type: "image", source: { type: "base64", data: "AAAA" } }],
    ["words about a file_id", { type: "text", text: '{"file_id":"file_1"}' }],
  ])("tell that %s lies in the body", (_what, block) => {
    expect(readPromptFacts(content(block)).refersElsewhere).toBe(false);
  });

  it("tell that a thread holds more than the body does", () => {
    const thread = { type: "continue", previous_message_id: "msg_1" };
    expect(readPromptFacts({ thread })).toMatchObject({ isThread: true, refersElsewhere: true });
    expect(readPromptFacts({ thread: null })).toMatchObject({ isThread: false, refersElsewhere: false });
  });

  it("count base64 characters", () => {
    const image = { type: "image", source: { type: "base64", data: "A".repeat(1000) } };
    expect(readPromptFacts(content(image)).base64Characters).toBe(1000);
  });

  it.each([
    ["5m", [{ cache_control: { type: "ephemeral" } }]],
    ["1h", [{ cache_control: { type: "ephemeral", ttl: "1h" } }, { cache_control: { type: "ephemeral" } }]],
    ["none", [{ text: "cache_control" }]],
  ])("find the longest time to live, %s", (expected, system) => {
    expect(readPromptFacts({ system }).cacheWrites).toBe(expected);
  });

  it.each([
    [true, { tools: [{ type: "web_search_20250305" }] }],
    [true, { tools: [{ type: "a_tool_of_next_year" }] }],
    [true, { mcp_servers: [{ type: "url" }] }],
    [true, { container: "container_1" }],
    [
      false,
      { tools: [{ name: "own", input_schema: {} }, { type: "custom" }, { type: "computer_20250124" }] },
    ],
    [false, { mcp_servers: [], container: null }],
  ])("say %s to tools of the upstream in %j", (expected, body) => {
    expect(readPromptFacts(body).usesServerTools).toBe(expected);
  });

  it("fault 41: measure depth without following it further than is allowed", () => {
    expect(readPromptFacts({ a: nested(10) }).depth).toBe(11);
    expect(readPromptFacts({ a: nested(5_000) }).depth).toBe(MAX_JSON_DEPTH + 1);
  });
});

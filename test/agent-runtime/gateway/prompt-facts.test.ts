import { describe, expect, it } from "vitest";
import { readPromptFacts } from "../../../agent-runtime/src/gateway/prompt-facts.ts";

const content = (block: object) => ({ messages: [{ role: "user", content: [block] }] });
const png = (data: string) => ({ type: "image", source: { type: "base64", media_type: "image/png", data } });

describe("the facts of a prompt", () => {
  it("of plain text are plain", () => {
    expect(readPromptFacts({ model: "m", messages: [{ role: "user", content: "Hi" }] })).toEqual({
      isThread: false,
      refersElsewhere: false,
      images: 0,
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
    [
      "the text of a PDF",
      { type: "document", source: { type: "base64", media_type: "application/pdf", data: "AAAA" } },
    ],
    [
      "what calls itself an image in a document",
      { type: "document", source: { type: "base64", media_type: "image/png", data: "AAAA" } },
    ],
    ["what does not say what it is", { type: "image", source: { type: "base64", data: "AAAA" } }],
    ["an image without data", { type: "image", source: { type: "base64", media_type: "image/png" } }],
  ])("tell that %s lies elsewhere", (_what, block) => {
    expect(readPromptFacts(content(block)).refersElsewhere).toBe(true);
  });

  it.each([
    ["text", { type: "document", source: { type: "text", data: "long" } }],
    ["an image", png("AAAA")],
    ["words about a file_id", { type: "text", text: '{"file_id":"file_1"}' }],
  ])("tell that %s lies in the body", (_what, block) => {
    expect(readPromptFacts(content(block)).refersElsewhere).toBe(false);
  });

  it("tell that a thread holds more than the body does", () => {
    const thread = { type: "continue", previous_message_id: "msg_1" };
    expect(readPromptFacts({ thread })).toMatchObject({ isThread: true, refersElsewhere: true });
    expect(readPromptFacts({ thread: null })).toMatchObject({ isThread: false, refersElsewhere: false });
  });

  it("count images and base64 characters, also in documents and in results of tools", () => {
    const image = png("A".repeat(1000));
    const result = { type: "tool_result", content: [image, image] };
    const document = { type: "document", source: { type: "content", content: [image] } };
    const body = { messages: [{ role: "user", content: [image, result, document] }] };
    expect(readPromptFacts(body)).toMatchObject({
      images: 4,
      base64Characters: 4000,
      refersElsewhere: false,
    });
  });

  it("do not take for an image what is text to the model", () => {
    const call = { type: "tool_use", input: { content: [png("A".repeat(1000))] } };
    expect(readPromptFacts(content(call))).toMatchObject({ images: 1, base64Characters: 0 });
    expect(readPromptFacts({ tools: [{ input_schema: { content: png("AAAA") } }] }).base64Characters).toBe(0);
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
      true,
      {
        messages: [
          {
            role: "system",
            content: [
              {
                type: "tool_addition",
                tool: { type: "tool_definition", definition: { type: "web_search_20260318" } },
              },
            ],
          },
        ],
      },
    ],
    [
      false,
      { tools: [{ name: "own", input_schema: {} }, { type: "custom" }, { type: "computer_20250124" }] },
    ],
    [false, { mcp_servers: [], container: null }],
  ])("say %s to tools of the upstream in %j", (expected, body) => {
    expect(readPromptFacts(body).usesServerTools).toBe(expected);
  });

  it.each([
    [
      true,
      { context_management: { edits: [{ type: "clear_thinking_20251015" }, { type: "compact_20260112" }] } },
    ],
    [true, { compaction: { type: "summarize" } }],
    [true, { fallbacks: "default" }],
    [true, { fallbacks: [{ model: "claude-opus-5-5" }] }],
    [false, { context_management: { edits: [{ type: "clear_tool_uses_20250919" }] } }],
    [false, { context_management: null, compaction: null, fallbacks: null }],
    [false, { context_management: { edits: "compact" } }],
  ])("say %s to further calls that the upstream makes by itself for %j", (expected, body) => {
    expect(readPromptFacts(body).usesServerTools).toBe(expected);
  });
});

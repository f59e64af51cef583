import { describe, expect, it } from "vitest";
import {
  deltaEvent,
  FRAME_MARK_LENGTH,
  frameMark,
  messageJson,
  nowUs,
  parseFrameMark,
  STREAM_END,
  streamBeginning,
} from "../../../bench/mock/answers.ts";

/** The events of a stream's text, parsed. */
function eventsOf(text: string): { type: string; [field: string]: unknown }[] {
  return text
    .split("\n\n")
    .filter((event) => event !== "")
    .map((event) => {
      const [name, data] = event.split("\n");
      const parsed = JSON.parse(data?.replace(/^data: /, "") ?? "");
      expect(name).toBe(`event: ${parsed.type}`);
      return parsed;
    });
}

describe("the mock's answers", () => {
  it("are server-sent events of the Messages API, in its order", () => {
    const text = streamBeginning("model") + deltaEvent(0, 5) + STREAM_END;
    expect(eventsOf(text).map(({ type }) => type)).toEqual([
      "message_start",
      "content_block_start",
      "content_block_delta",
      "content_block_stop",
      "message_delta",
      "message_stop",
    ]);
  });

  it("are a message with the model that was asked", () => {
    expect(JSON.parse(messageJson("some-model"))).toMatchObject({ type: "message", model: "some-model" });
  });

  it("hold no # but that of a mark, which is how marks are found", () => {
    expect(streamBeginning("model") + STREAM_END + messageJson("model")).not.toContain("#");
    expect(deltaEvent(1, 2).match(/#/g)).toHaveLength(1);
  });
});

describe("the mark of a delta", () => {
  it.each([
    [0, 0],
    [63, 1_234_567_890_123],
  ])("of number %d and time %d is read back, at any place of a text", (number, sentAtUs) => {
    const text = `ab${frameMark(number, sentAtUs)}cd`;
    expect(text).toHaveLength(FRAME_MARK_LENGTH + 4);
    expect(parseFrameMark(text, 2)).toEqual({ number, sentAtUs });
  });

  it("is not read out of another text", () => {
    expect(parseFrameMark("#12345678901234567890x")).toBeUndefined();
  });

  it("can hold the machine's clock, which goes forward", () => {
    const before = nowUs();
    const after = nowUs();
    expect(after).toBeGreaterThanOrEqual(before);
    expect(frameMark(0, after)).toHaveLength(FRAME_MARK_LENGTH);
  });
});

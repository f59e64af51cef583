import { afterEach, describe, expect, it, vi } from "vitest";
import { inspectMessageRequest } from "../../../agent-runtime/src/gateway/message-request.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

const HEAD = '{"model":"claude-opus-5-5","max_tokens":10,"messages":[';

describe("fault 41: a body that is costly to parse", () => {
  it.each([
    ["[],", "json_too_complex"],
    ['{"a":{}},', "json_too_complex"],
    ['"\\u0041",', "json_too_complex"],
    ["[", "json_too_deep"],
  ])("as one of %s is refused without being parsed", (unit, code) => {
    const body = Buffer.from(`${HEAD}${unit.repeat(250_000)}0]}`);
    const parse = vi.spyOn(JSON, "parse");
    expect(() => inspectMessageRequest(body)).toThrow(expect.objectContaining({ code }));
    expect(parse).not.toHaveBeenCalled();
  });
});

describe("the name of a model", () => {
  it.each(["\\ud800", "a\\udc00b", "\\udc00\\ud800"])(
    "fault 41: with half a surrogate pair is refused, because no store takes it: %s",
    (name) => {
      expect(() => inspectMessageRequest(Buffer.from(`{"model":"${name}"}`))).toThrow(
        expect.objectContaining({ code: "invalid_request", message: expect.stringContaining("model: ") }),
      );
    },
  );

  it("with a whole pair is a name like any other", () => {
    expect(inspectMessageRequest(Buffer.from('{"model":"\\ud83d\\ude00"}')).model).toBe("😀");
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { refuseUnfitJson, replaceModel } from "../../../agent-runtime/src/gateway/top-level-fields.ts";

const replaced = (text: string, model = "claude-haiku-4-5") =>
  replaceModel(Buffer.from(text), model).toString();

describe("fault 41: a body that names a field twice", () => {
  it.each([
    ['{"model":"a","model":"b"}', "It is `model`."],
    ['{"mod\\u0065l":"a","model":"b"}', "It is `model`."],
    ['{"speed":"fast","speed":"standard"}', "It is `speed`."],
    ['{"tools":[{"type":"web_search_20250305"}],"max_tokens":1,"tools":[]}', "It is `tools`."],
    ['{"__proto__":1,"__proto__":2}', "a field twice."],
    ['{"ü":1,"\\u00fc":2}', "a field twice."],
    ['{"My secret":1,"My secret":2}', "a field twice."],
  ])("is refused: %s", (text, message) => {
    expect(() => refuseUnfitJson(text)).toThrow(
      expect.objectContaining({ code: "duplicate_field", message: expect.stringContaining(message) }),
    );
  });

  it("is not told of a name that may be somebody's words", () => {
    expect(() => refuseUnfitJson('{"My secret":1,"My secret":2}')).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining("secret") }),
    );
  });

  it.each([
    '{"model":"a","metadata":{"model":"b","model":"c"},"messages":[{"model":1},{"model":2}]}',
    '{"model":"\\"model\\":","x":"model","y":["model","model"]}',
    '{"Model":"a","model":"b"}',
    '{"a\\q":1,"a":2}',
  ])("further down, in a text or in another case is none of these: %s", (text) => {
    expect(() => refuseUnfitJson(text)).not.toThrow();
  });
});

describe("the same request for another model", () => {
  it.each([
    ['{"model":"a","max_tokens":1}', '{"model":"claude-haiku-4-5","max_tokens":1}'],
    [
      '{ "max_tokens" : 1.0e0 ,\n\t"model" :  "a" }',
      '{ "max_tokens" : 1.0e0 ,\n\t"model" :  "claude-haiku-4-5" }',
    ],
    [
      '{"messages":[{"content":"\\"model\\":\\"a\\"","model":"b"}],"metadata":{"model":"c"},"model":"a"}',
      '{"messages":[{"content":"\\"model\\":\\"a\\"","model":"b"}],"metadata":{"model":"c"},"model":"claude-haiku-4-5"}',
    ],
    ['{"system":"ends in \\\\","model":"a"}', '{"system":"ends in \\\\","model":"claude-haiku-4-5"}'],
    [
      '{"system":"model","x":["model"],"model":"a"}',
      '{"system":"model","x":["model"],"model":"claude-haiku-4-5"}',
    ],
    ['{"mod\\u0065l":"a"}', '{"mod\\u0065l":"claude-haiku-4-5"}'],
    ['{"model":"a\\"b\\\\","n":9007199254740993}', '{"model":"claude-haiku-4-5","n":9007199254740993}'],
    ['{"model":"a","model":"b"}', '{"model":"claude-haiku-4-5","model":"claude-haiku-4-5"}'],
    ['{"model":1,"model":"b"}', '{"model":1,"model":"claude-haiku-4-5"}'],
    ['{"modelx":"a","model":"ü"}', '{"modelx":"a","model":"claude-haiku-4-5"}'],
  ])("%s", (text, expected) => {
    expect(replaced(text)).toBe(expected);
  });

  it("writes a name with quotes so that it stays one string", () => {
    expect(replaced('{"model":"a"}', '","x":"')).toBe('{"model":"\\",\\"x\\":\\""}');
  });

  it.each(['{"model":1}', "{}", '["model","a"]', '{"metadata":{"model":"a"}}', ""])(
    "cannot be made of %s",
    (text) => {
      expect(() => replaced(text)).toThrow("model: it must be a string");
    },
  );

  it("differs in the model only, for any JSON object", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.oneof(fc.string(), fc.constantFrom("model", "modell", '"model"')), fc.jsonValue()),
        fc.string({ minLength: 1 }),
        fc.constantFrom(undefined, 1, "\t"),
        (fields, model, indent) => {
          const request = { ...fields, model };
          const text = JSON.stringify(request, null, indent);
          expect(replaced(text, "m")).toBe(JSON.stringify({ ...request, model: "m" }, null, indent));
        },
      ),
    );
  });
});

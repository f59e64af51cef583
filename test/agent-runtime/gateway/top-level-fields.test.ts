import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { replaceModel } from "../../../agent-runtime/src/gateway/top-level-fields.ts";

const replaced = (text: string, model = "claude-haiku-4-5") =>
  replaceModel(Buffer.from(text), model).toString();

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

import { describe, expect, it } from "vitest";
import { readDocument } from "../../../policies/data/iam-document.ts";
import { Field } from "../../../policies/manifests/field.ts";
import { cloudResourceOf, UNKNOWN } from "../judge.ts";

const read = (policy: unknown) =>
  readDocument(Field.root(cloudResourceOf("aws:iam/policy:Policy", { policy }).props).at("policy"));
const STATEMENT = { Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::a/*" };

describe("a policy document", () => {
  it.each([
    ["a text", JSON.stringify({ Statement: [STATEMENT] })],
    ["an object", { Statement: [STATEMENT] }],
    ["a single statement", { Statement: STATEMENT }],
  ])("is read from %s", (_, policy) => {
    expect(read(policy)).toEqual({
      type: "known",
      statements: [
        {
          label: "statement 0",
          effect: "Allow",
          actions: ["s3:GetObject"],
          resources: ["arn:aws:s3:::a/*"],
          principals: [],
          negations: [],
          conditions: [],
        },
      ],
    });
  });

  it("is read with all that a statement can have", () => {
    const statement = {
      Sid: "Read",
      Effect: "Deny",
      Principal: { AWS: ["1", "2"], Service: "s3.amazonaws.com" },
      NotAction: ["s3:Put*"],
      NotResource: "b",
      NotPrincipal: null,
      Condition: { Bool: { "aws:SecureTransport": false }, StringEquals: { a: ["x", "y"] } },
    };
    expect(read({ Statement: [statement] })).toEqual({
      type: "known",
      statements: [
        {
          label: 'statement "Read"',
          effect: "Deny",
          actions: [],
          resources: [],
          principals: [
            { type: "AWS", id: "1" },
            { type: "AWS", id: "2" },
            { type: "Service", id: "s3.amazonaws.com" },
          ],
          negations: ["NotAction", "NotResource"],
          conditions: [
            { operator: "Bool", key: "aws:SecureTransport", values: ["false"] },
            { operator: "StringEquals", key: "a", values: ["x", "y"] },
          ],
        },
      ],
    });
  });

  it.each([
    ["no JSON", "{", "it is no JSON"],
    ["a list", "[]", "the document is no object"],
    ["a number", 3, "the document is no object"],
    ["nothing", "null", "the document is no object"],
    ["no statement", { Version: "2012-10-17" }, "it has no Statement"],
    ["a statement that is text", { Statement: ["a"] }, "statement 0 is no object"],
    [
      "another effect",
      { Statement: [{ ...STATEMENT, Effect: "allow" }] },
      'has the Effect "allow" in place of Allow or Deny',
    ],
    [
      "another effect of a statement whose name is empty",
      { Statement: [{ ...STATEMENT, Sid: "", Effect: "allow" }] },
      "statement 0 has the Effect",
    ],
    ["no effect", { Statement: [{ ...STATEMENT, Effect: null }] }, "has the Effect null"],
    [
      "an action that is a number",
      { Statement: [{ ...STATEMENT, Action: 3 }] },
      "the Action of statement 0 holds something else than text",
    ],
    [
      "a resource that is an object",
      { Statement: [{ ...STATEMENT, Resource: {} }] },
      "the Resource of statement 0",
    ],
    [
      "a principal that is a list",
      { Statement: [{ ...STATEMENT, Principal: ["*"] }] },
      "the Principal of statement 0 is no object",
    ],
    [
      "a condition that is text",
      { Statement: [{ ...STATEMENT, Condition: "a" }] },
      "the Condition of statement 0 is no object",
    ],
    [
      "an element in other letters",
      { Statement: [{ ...STATEMENT, action: "*" }] },
      'statement 0 has the unknown element "action"',
    ],
    [
      "keys of a condition that are text",
      { Statement: [{ ...STATEMENT, Condition: { Bool: "a" } }] },
      "the Condition of statement 0 is no object",
    ],
  ])("is malformed where it is %s", (_, policy, problem) => {
    expect(read(policy)).toEqual({ type: "malformed", problem: expect.stringContaining(problem) });
  });

  it("is missing where it is not set", () => {
    expect(read(null).type).toBe("missing");
    expect(read(undefined).type).toBe("missing");
  });

  it.each([
    ["the whole", UNKNOWN, ".policy"],
    [
      "a part",
      { Statement: [STATEMENT, { ...STATEMENT, Resource: [UNKNOWN] }] },
      ".policy.Statement[1].Resource[0]",
    ],
  ])("is unknown where %s is", (_, policy, path) => {
    expect(read(policy)).toEqual({ type: "unknown", field: expect.objectContaining({ path }) });
  });
});

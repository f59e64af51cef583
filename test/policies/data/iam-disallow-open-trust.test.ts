import { describe, expect, it } from "vitest";
import { iamDisallowOpenTrust } from "../../../policies/data/iam-disallow-open-trust.ts";
import { judge, UNKNOWN } from "../judge.ts";

const ROLE = "aws:iam/role:Role";
const OIDC = "arn:aws:iam::123456789012:oidc-provider/oidc.example.com";
const FEDERATED = { Action: "sts:AssumeRoleWithWebIdentity", Principal: { Federated: OIDC } };
const SUB = "oidc.example.com:sub";

const trust = (statement: object, others: object = {}) =>
  judge(
    iamDisallowOpenTrust,
    {
      assumeRolePolicy: { Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", ...statement }] },
      ...others,
    },
    { type: ROLE },
  );
const subject = (operator: string, value: unknown) =>
  trust({ ...FEDERATED, Condition: { [operator]: { [SUB]: value } } });

describe("iam-disallow-open-trust", () => {
  it.each([
    ["a service", { Principal: { Service: "s3.amazonaws.com" } }],
    ["an account", { Principal: { AWS: "arn:aws:iam::123456789012:root" } }],
    [
      "everybody of an organisation",
      { Principal: "*", Condition: { StringEquals: { "aws:PrincipalOrgID": "o-1" } } },
    ],
    [
      "everybody through an endpoint",
      { Principal: { AWS: "*" }, Condition: { "ForAnyValue:StringLike": { "AWS:SourceVpce": ["vpce-1"] } } },
    ],
    [
      "a provider of SAML",
      { Action: "sts:AssumeRoleWithSAML", Principal: { Federated: "arn:aws:iam::1:saml-provider/a" } },
    ],
    ["everybody, which it refuses", { Effect: "Deny", Principal: "*" }],
  ])("allows a role that trusts %s", async (_, statement) => {
    expect(await trust(statement)).toEqual({ violations: [], undecided: undefined });
  });

  it.each([
    ["everybody", { Principal: "*" }],
    ["every account", { Principal: { AWS: ["1", "*"] } }],
    ["everybody who encrypts", { Principal: "*", Condition: { Bool: { "aws:SecureTransport": "true" } } }],
    [
      "everybody of any organisation",
      { Principal: "*", Condition: { StringLike: { "aws:PrincipalOrgID": "*" } } },
    ],
    [
      "everybody of one organisation or of any",
      { Principal: "*", Condition: { StringLike: { "aws:PrincipalOrgID": ["o-1", "*"] } } },
    ],
    [
      "everybody who does not say otherwise",
      { Principal: "*", Condition: { StringEqualsIfExists: { "aws:PrincipalOrgID": "o-1" } } },
    ],
    [
      "everybody by some other key",
      { Principal: "*", Condition: { StringEquals: { "aws:UserAgent": "me" } } },
    ],
  ])("refuses a role that trusts %s", async (_, statement) => {
    expect((await trust(statement)).violations).toEqual([
      expect.stringContaining(
        "at .assumeRolePolicy: statement 0 is for everybody, and no condition says who calls.",
      ),
    ]);
  });

  it("refuses a role that trusts everybody but some", async () => {
    expect((await trust({ NotPrincipal: { AWS: "1" } })).violations).toEqual([
      expect.stringContaining("is for everybody but its NotPrincipal"),
    ]);
  });

  it.each([
    ["one ServiceAccount", "StringEquals", "system:serviceaccount:ai-agents:backup"],
    ["some ServiceAccounts of a namespace", "StringLike", "system:serviceaccount:ai-agents:agent-*"],
    ["the repositories of an owner", "StringLike", ["repo:owner/*"]],
    ["one by any of several", "ForAnyValue:StringEquals", ["a", "b"]],
  ])("allows %s of a provider", async (_, operator, value) => {
    expect((await subject(operator, value)).violations).toEqual([]);
  });

  it.each([
    ["every subject", "StringLike", "*"],
    ["every repository", "StringLike", "repo:*"],
    ["every owner whose name begins so", "StringLike", "repo:own*"],
    ["an owner of no name", "StringLike", "repo:/*"],
    ["every namespace whose name begins so", "StringLike", "system:serviceaccount:ai-*:backup"],
    ["every ServiceAccount", "StringLike", "system:serviceaccount:*"],
    ["every ServiceAccount, the last sign left out", "StringLike", "system:serviceaccount*"],
    ["every ServiceAccount, by a part of its kind", "StringLike", "system:s*"],
    ["every ServiceAccount of a name", "StringLike", "system:serviceaccount:*:backup"],
    ["one subject and every other", "StringLike", ["repo:owner/one", "*"]],
    ["an empty subject", "StringEquals", ""],
    ["no subject", "StringEquals", []],
    ["all but one", "StringNotEquals", "repo:owner/one"],
    ["whoever has no subject", "StringEqualsIfExists", "repo:owner/one"],
    ["whoever has no subject, for all values", "ForAllValues:StringEquals", "repo:owner/one"],
  ])("refuses %s of a provider", async (_, operator, value) => {
    expect((await subject(operator, value)).violations).toEqual([
      expect.stringContaining("lets in every identity of the provider: no condition on :sub names one."),
    ]);
  });

  it.each([
    ["a provider without conditions", FEDERATED],
    [
      "a provider without its subject",
      { ...FEDERATED, Condition: { StringEquals: { "oidc.example.com:aud": "sts.amazonaws.com" } } },
    ],
    ["a public provider", { ...FEDERATED, Principal: { Federated: "accounts.google.com" } }],
    ["a provider by another action", { Principal: { Federated: OIDC } }],
    [
      "somebody else by the provider's action",
      { Action: "sts:AssumeRoleWithWebIdentity", Principal: { AWS: "1" } },
    ],
  ])("refuses a role that trusts %s", async (_, statement) => {
    expect((await trust(statement)).violations).toHaveLength(1);
  });

  it("looks at the policies of resources, and not at those of identities", async () => {
    const policy = JSON.stringify({ Statement: { Effect: "Allow", Action: "s3:GetObject", Principal: "*" } });
    const run = (type: string) => judge(iamDisallowOpenTrust, { policy }, { type });
    expect((await run("aws:s3/bucketPolicy:BucketPolicy")).violations).toHaveLength(1);
    expect((await run("aws:sns/topic:Topic")).violations).toHaveLength(1);
    expect((await run("aws:iam/policy:Policy")).violations).toEqual([]);
    const inline = { inlinePolicies: [{ policy: "{" }] };
    expect((await trust({ Principal: { AWS: "1" } }, inline)).violations).toEqual([]);
  });

  it("refuses what is no document, says nothing where there is none, and waits for one that is not known yet", async () => {
    const run = (assumeRolePolicy: unknown) =>
      judge(iamDisallowOpenTrust, { assumeRolePolicy }, { type: ROLE });
    expect((await run("{")).violations).toEqual([expect.stringContaining("it is no policy document")]);
    expect(await run(null)).toEqual({ violations: [], undecided: undefined });
    expect(await run(UNKNOWN)).toEqual({
      violations: [],
      undecided: expect.stringContaining(".assumeRolePolicy"),
    });
  });

  it.each([
    ["aws:PrincipalArn", "arn:aws:iam::123456789012:role/*", 0],
    ["aws:SourceArn", "arn:aws:s3:::backups-*", 0],
    ["aws:PrincipalOrgPaths", "o-abc1/r-ab12/*", 0],
    ["aws:PrincipalArn", "arn:aws:iam::*:role/admin", 1],
    ["aws:PrincipalArn", "arn:aws:iam::12345678901?:role/admin", 1],
    ["aws:PrincipalArn", "arn:aws:iam::x123456789012:role/*", 1],
    ["aws:PrincipalArn", "arn:aws:iam::1234567890123:role/*", 1],
    ["aws:SourceArn", "arn:aws:sqs:::backups-*", 1],
    ["aws:PrincipalOrgPaths", "foo-abc1/*", 1],
    ["aws:SourceArn", "arn:aws:s3:::*", 1],
    ["aws:SourceArn", "arn:aws:sns:eu:*:backups", 1],
    ["aws:SourceArn", "arn:*", 1],
    ["aws:SourceVpce", "vpce-*", 1],
    ["aws:PrincipalOrgID", "o-*", 1],
    ["aws:PrincipalOrgID", "", 1],
  ])("knows whether %s like %s confines everybody", async (key, value, count) => {
    const statement = {
      Effect: "Allow",
      Action: "s3:GetObject",
      Principal: "*",
      Condition: { StringLike: { [key]: value } },
    };
    const policy = JSON.stringify({ Statement: [statement] });
    const judgement = await judge(
      iamDisallowOpenTrust,
      { policy },
      { type: "aws:s3/bucketPolicy:BucketPolicy" },
    );
    expect(judgement.violations).toHaveLength(count);
  });
});

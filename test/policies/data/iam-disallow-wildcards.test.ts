import { describe, expect, it } from "vitest";
import { iamDisallowWildcards } from "../../../policies/data/iam-disallow-wildcards.ts";
import { judge, UNKNOWN } from "../judge.ts";

const IDENTITY_TYPES = [
  "aws:iam/policy:Policy",
  "aws:iam/rolePolicy:RolePolicy",
  "aws:iam/userPolicy:UserPolicy",
  "aws:iam/groupPolicy:GroupPolicy",
];
const RESOURCE_TYPES = [
  "aws:s3/bucketPolicy:BucketPolicy",
  "aws:kms/key:Key",
  "aws:kms/replicaKey:ReplicaKey",
  "aws:kms/keyPolicy:KeyPolicy",
  "aws:sns/topicPolicy:TopicPolicy",
  "aws:sqs/queuePolicy:QueuePolicy",
  "aws:secretsmanager/secretPolicy:SecretPolicy",
  "aws:ecr/repositoryPolicy:RepositoryPolicy",
];
const ROLE = "aws:iam/role:Role";

const STATEMENT = {
  Effect: "Allow",
  Action: ["s3:GetObject", "s3:Put*"],
  Resource: "arn:aws:s3:::backups/*",
};
const documentOf = (changes: object) => JSON.stringify({ Statement: [{ ...STATEMENT, ...changes }] });
const run = (properties: Record<string, unknown>, type = IDENTITY_TYPES[1], config = {}) =>
  judge(iamDisallowWildcards, properties, { type: type ?? "", config });
const judgeStatement = (changes: object, config = {}) =>
  run({ policy: documentOf(changes) }, IDENTITY_TYPES[1], config);

describe("iam-disallow-wildcards", () => {
  it.each([
    ["named actions on named resources", {}],
    ["a wildcard within a resource", { Resource: "arn:aws:s3:::backups-*" }],
    ["a wildcard before a name", { Resource: "arn:aws:s3:::*-backups" }],
    ["a wildcard before a name of a kind", { Resource: "arn:aws:secretsmanager:eu:1:secret:*-agents" }],
    ["a wildcard behind a name", { Resource: "arn:aws:sqs:eu:1:agents-*" }],
    ["everybody but some, of which another policy speaks", { NotPrincipal: { AWS: "1" } }],
    ["a wildcard of a kind", { Resource: "arn:aws:secretsmanager:*:*:secret:agents/*" }],
    ["wildcards that refuse", { Effect: "Deny", Action: "*", Resource: "*", NotAction: ["a"] }],
    ["an action that AWS confines to no resource", { Action: "ecr:GetAuthorizationToken", Resource: "*" }],
  ])("allows %s", async (_, changes) => {
    expect(await judgeStatement(changes)).toEqual({ violations: [], undecided: undefined });
  });

  it.each([
    ["all actions", { Action: "*" }, 'statement 0 allows the action "*"'],
    ["all actions of a service", { Action: ["s3:GetObject", "s3:*"] }, 'allows the action "s3:*"'],
    ["the same in question marks", { Action: "s3:?*" }, 'allows the action "s3:?*"'],
    ["whatever ends in a word", { Action: "s3:*Object" }, 'allows the action "s3:*Object"'],
    ["all actions in other letters", { Action: "S3:*" }, 'allows the action "S3:*"'],
    ["all of a kind", { Resource: "arn:aws:kms:*:1:key/*" }, 'on the resource "arn:aws:kms:*:1:key/*"'],
    [
      "all of a kind, and below it",
      { Resource: "arn:aws:kms:*:1:key/**" },
      'on the resource "arn:aws:kms:*:1:key/**"',
    ],
    ["all secrets", { Resource: "arn:aws:secretsmanager:eu:1:secret:*" }, 'secret:*"'],
    ["half a name of AWS", { Resource: "arn:aws:s3*" }, 'on the resource "arn:aws:s3*"'],
    ["objects of all buckets", { Resource: "arn:aws:s3:::*/*" }, 'on the resource "arn:aws:s3:::*/*"'],
    ["one action of all services", { Action: "*:Get" }, 'allows the action "*:Get"'],
    [
      "all resources",
      { Sid: "Read", Resource: ["a", "*"] },
      'statement "Read" allows s3:GetObject, s3:Put* on the resource "*"',
    ],
    ["all resources of a service", { Resource: "arn:aws:s3:::*" }, 'on the resource "arn:aws:s3:::*"'],
    [
      "all but some actions",
      { Action: undefined, NotAction: ["iam:*"] },
      "everything but what its NotAction names",
    ],
    [
      "all but some resources",
      { Resource: undefined, NotResource: ["a"] },
      "everything but what its NotResource names",
    ],
    [
      "a permitted action beside another",
      { Action: ["ecr:GetAuthorizationToken", "ecr:PutImage"], Resource: "*" },
      'on the resource "*"',
    ],
  ])("refuses %s", async (_, changes, words) => {
    const { violations } = await judgeStatement(changes);
    expect(violations).toEqual([expect.stringContaining(words)]);
    expect(violations[0]).toContain("at .policy: ");
  });

  it.each(IDENTITY_TYPES)("looks at the document of %s", async (type) => {
    expect((await run({ policy: documentOf({ Resource: "*" }) }, type)).violations).toHaveLength(1);
  });

  it.each(RESOURCE_TYPES)(
    "takes the resource * for the resource itself in %s, and looks at actions",
    async (type) => {
      expect((await run({ policy: documentOf({ Resource: "*" }) }, type)).violations).toEqual([]);
      expect((await run({ policy: documentOf({ Action: "kms:*" }) }, type)).violations).toHaveLength(1);
    },
  );

  it("looks at both kinds of documents of a role", async () => {
    const trust = {
      Statement: [{ Effect: "Allow", Action: "sts:*", Principal: { Service: "s3.amazonaws.com" } }],
    };
    const properties = {
      assumeRolePolicy: trust,
      inlinePolicies: [{ name: "a", policy: documentOf({ Resource: "*" }) }],
    };
    expect((await run(properties, ROLE)).violations).toEqual([
      expect.stringContaining("at .assumeRolePolicy"),
      expect.stringContaining("at .inlinePolicies[0].policy"),
    ]);
  });

  it("allows what the configuration allows, for its resource only", async () => {
    const any = { allowed: [{ action: "s3:*", reason: "A test." }] };
    expect((await judgeStatement({ Action: "s3:*" }, any)).violations).toEqual([]);
    expect((await judgeStatement({ Action: "s3:*", Resource: "*" }, any)).violations).toEqual([]);
    expect((await judgeStatement({ Action: "sqs:*" }, any)).violations).toHaveLength(1);
    const one = { allowed: [{ action: "s3:*", resource: "a", reason: "A test." }] };
    expect((await judgeStatement({ Action: "s3:*", Resource: ["a"] }, one)).violations).toEqual([]);
    expect((await judgeStatement({ Action: "s3:*", Resource: ["a", "b"] }, one)).violations).toHaveLength(1);
    expect(
      (await judgeStatement({ Action: "ecr:GetAuthorizationToken", Resource: "*" }, { allowed: [] }))
        .violations,
    ).toHaveLength(1);
  });

  it("refuses what is no document, and says nothing where there is none", async () => {
    expect((await run({ policy: "{" })).violations).toEqual([
      expect.stringContaining("it is no policy document: it is no JSON"),
    ]);
    expect(await run({ policy: null })).toEqual({ violations: [], undecided: undefined });
  });

  it("leaves a document open that is not known yet", async () => {
    expect(await run({ policy: UNKNOWN })).toEqual({
      violations: [],
      undecided: expect.stringContaining(".policy"),
    });
    expect(await run({ inlinePolicies: UNKNOWN }, ROLE)).toEqual({
      violations: [],
      undecided: expect.stringContaining(".inlinePolicies"),
    });
  });

  it("says nothing about resources without documents", async () => {
    expect((await run({ policy: documentOf({ Action: "*" }) }, "aws:ec2/vpc:Vpc")).violations).toEqual([]);
  });
});

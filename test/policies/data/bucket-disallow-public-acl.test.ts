import { describe, expect, it } from "vitest";
import { bucketDisallowPublicAcl } from "../../../policies/data/bucket-disallow-public-acl.ts";
import { judge, UNKNOWN } from "../judge.ts";

const EVERYBODY = "http://acs.amazonaws.com/groups/global/AllUsers";
const TYPES = [
  "aws:s3/bucket:Bucket",
  "aws:s3/bucketV2:BucketV2",
  "aws:s3/bucketAcl:BucketAcl",
  "aws:s3/bucketAclV2:BucketAclV2",
  "aws:s3/bucketObject:BucketObject",
  "aws:s3/bucketObjectv2:BucketObjectv2",
];
const judgeOf = (properties: Record<string, unknown>, type = "aws:s3/bucketAcl:BucketAcl") =>
  judge(bucketDisallowPublicAcl, properties, { type });
const granted = (uri: unknown) => ({ accessControlPolicy: { grants: [{ grantee: { uri } }] } });

describe("bucket-disallow-public-acl", () => {
  it.each(TYPES)("refuses a public list of %s, and allows a private one", async (type) => {
    expect((await judgeOf({ acl: "public-read" }, type)).violations).toEqual([
      expect.stringContaining('at .acl: it is "public-read", which lets others in'),
    ]);
    expect((await judgeOf({ acl: "private" }, type)).violations).toEqual([]);
  });

  it.each([
    ["no list", {}],
    ["null", { acl: null }],
    ["the list for logs", { acl: "log-delivery-write" }],
    ["a grant to an account", { accessControlPolicy: { grants: [{ grantee: { id: "1", uri: null } }] } }],
    ["a grant to the service of logs", granted("http://acs.amazonaws.com/groups/s3/LogDelivery")],
  ])("allows %s", async (_, properties) => {
    expect(await judgeOf(properties)).toEqual({ violations: [], undecided: undefined });
  });

  it.each([
    ["everybody writing", { acl: "public-read-write" }],
    ["every account of AWS", { acl: "authenticated-read" }],
    ["another service", { acl: "aws-exec-read" }],
    ["a list that is no text", { acl: ["private"] }],
    ["a grant to everybody", granted(EVERYBODY)],
    ["a grant to every account", granted("http://acs.amazonaws.com/groups/global/AuthenticatedUsers")],
    ["a grant to something else than text", granted(1)],
    ["a grant of the bucket itself", { grants: [{ uri: EVERYBODY }] }],
  ])("refuses %s", async (_, properties) => {
    expect((await judgeOf(properties)).violations).toHaveLength(1);
  });

  it.each([
    ["a list", { acl: UNKNOWN }, ".acl"],
    ["a grant", granted(UNKNOWN), ".grantee.uri"],
    ["the grants", { grants: UNKNOWN }, ".grants"],
  ])("leaves %s open that is not known yet", async (_, properties, place) => {
    expect(await judgeOf(properties)).toEqual({ violations: [], undecided: expect.stringContaining(place) });
  });

  it("says nothing about other resources", async () => {
    expect((await judgeOf({ acl: "public-read" }, "aws:ec2/vpc:Vpc")).violations).toEqual([]);
  });
});

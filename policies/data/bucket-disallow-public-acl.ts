import type { Field } from "../manifests/field.ts";
import { cloudPolicy } from "../pack/cloud-policy.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { s3Types } from "./cloud-stack.ts";

const REMEDY =
  "Leave the access list out and set BucketOwnershipControls to BucketOwnerEnforced, which switches such lists off; give access by policies.";

/** Lists that AWS made, which let others in than the owner; `log-delivery-write` lets in one service. */
const PUBLIC_LISTS: readonly string[] = [
  "public-read",
  "public-read-write",
  "authenticated-read",
  "aws-exec-read",
];
/** Everybody, and everybody who has any account of AWS. */
const PUBLIC_GROUP = /\/groups\/global\/(?:AllUsers|AuthenticatedUsers)$/;

const bucket = (properties: object) => [{ type: "aws:s3/bucket:Bucket", properties }];

export const bucketDisallowPublicAcl = cloudPolicy({
  name: "bucket-disallow-public-acl",
  description: "No access list opens a bucket or an object to the public.",
  severity: "critical",
  controls: [
    { framework: "cis-aws", control: "2.1.4" },
    { framework: "nist", control: "AC-3, SC-7" },
  ],
  reason:
    "A public list shows what is in the bucket to everybody, and every account of AWS counts as authenticated.",
  remedy: REMEDY,
  parameters: {},
  examples: {
    pass: [
      { what: "no access list", cloud: bucket({ bucket: "backups" }) },
      { what: "the owner alone", cloud: bucket({ acl: "private" }) },
    ],
    fail: [
      { what: "everybody may read", cloud: bucket({ acl: "public-read" }) },
      {
        what: "a grant to everybody",
        cloud: [
          {
            type: "aws:s3/bucketAcl:BucketAcl",
            properties: {
              bucket: "backups",
              accessControlPolicy: {
                grants: [
                  { permission: "READ", grantee: { uri: "http://acs.amazonaws.com/groups/global/AllUsers" } },
                ],
              },
            },
          },
        ],
      },
    ],
  },
  types: [
    ...["Bucket", "BucketAcl", "BucketObject"].flatMap(s3Types),
    "aws:s3/bucketObjectv2:BucketObjectv2",
    "aws:s3/objectCopy:ObjectCopy",
  ],
  judge: ({ root }) => [
    ...judgeList(root.at("acl")),
    ...root
      .at("grants")
      .items()
      .flatMap((grant) => judgeGrant(grant.at("uri"))),
    ...root
      .at("accessControlPolicy", "grants")
      .items()
      .flatMap((grant) => judgeGrant(grant.at("grantee", "uri"))),
  ],
});

function judgeList(acl: Field): Finding[] {
  if (acl.unknown) return [undecided(acl)];
  if (acl.missing || (acl.text !== undefined && !PUBLIC_LISTS.includes(acl.text))) return [];
  return [violation(acl, `it is ${JSON.stringify(acl.value)}, which lets others in than the owner.`, REMEDY)];
}

function judgeGrant(uri: Field): Finding[] {
  if (uri.unknown) return [undecided(uri)];
  if (uri.missing || (uri.text !== undefined && !PUBLIC_GROUP.test(uri.text))) return [];
  return [violation(uri, `it is ${JSON.stringify(uri.value)}, which is everybody.`, REMEDY)];
}

import { describe, expect, it } from "vitest";
import { iamDisallowBroadAttachments } from "../../../policies/data/iam-disallow-broad-attachments.ts";
import { judge, UNKNOWN } from "../judge.ts";

const ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment";
const run = (properties: object, type = ATTACHMENT, config = {}) =>
  judge(iamDisallowBroadAttachments, { ...properties }, { type, config });
const ofAws = (name: string) => `arn:aws:iam::aws:policy/${name}`;

describe("iam-disallow-broad-attachments", () => {
  it.each([
    ofAws("AdministratorAccess"),
    ofAws("AdministratorAccess-Amplify"),
    ofAws("administratoraccess"),
    ofAws("PowerUserAccess"),
    ofAws("IAMFullAccess"),
    ofAws("job-function/SystemAdministrator"),
    ofAws("AmazonEC2ContainerRegistryFullAccess"),
    ofAws("AWSKeyManagementServiceFullAccessV2"),
    "arn:aws-us-gov:iam::aws:policy/AdministratorAccess",
  ])("refuses %s", async (policyArn) => {
    expect((await run({ policyArn })).violations).toEqual([
      expect.stringContaining(`.policyArn: it is ${JSON.stringify(policyArn)}, which allows more than`),
    ]);
  });

  it.each([
    "arn:aws:iam::123456789012:policy/AdministratorAccess",
    ofAws("AmazonS3ReadOnlyAccess"),
    ofAws("service-role/AmazonEBSCSIDriverPolicy"),
    null,
  ])("allows %s", async (policyArn) => {
    expect(await run({ policyArn })).toEqual({ violations: [], undecided: undefined });
  });

  it.each([
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
    "aws:iam/policyAttachment:PolicyAttachment",
    "aws:iam/userPolicyAttachment:UserPolicyAttachment",
  ])("looks at %s", async (type) => {
    expect((await run({ policyArn: ofAws("AdministratorAccess") }, type)).violations).toHaveLength(1);
  });

  it("looks at the list of a role, and at nothing else of it", async () => {
    const role = "aws:iam/role:Role";
    const managedPolicyArns = [ofAws("ReadOnlyAccess"), ofAws("PowerUserAccess")];
    expect((await run({ managedPolicyArns }, role)).violations).toEqual([
      expect.stringContaining(".managedPolicyArns[1]"),
    ]);
    expect((await run({ policyArn: ofAws("PowerUserAccess") }, role)).violations).toEqual([]);
    expect((await run({ managedPolicyArns: [UNKNOWN] }, role)).undecided).toContain(".managedPolicyArns[0]");
  });

  it("waits for what is not known yet", async () => {
    expect(await run({ policyArn: UNKNOWN })).toEqual({
      violations: [],
      undecided: expect.stringContaining(".policyArn"),
    });
  });

  it("takes exceptions from the configuration", async () => {
    const allowed = [{ policy: ofAws("PowerUserAccess"), reason: "A test." }];
    expect((await run({ policyArn: ofAws("PowerUserAccess") }, ATTACHMENT, { allowed })).violations).toEqual(
      [],
    );
    expect(
      (await run({ policyArn: ofAws("IAMFullAccess") }, ATTACHMENT, { allowed })).violations,
    ).toHaveLength(1);
  });
});

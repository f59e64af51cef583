import { cloudPolicy } from "../pack/cloud-policy.ts";
import { expectCustomerKey } from "./customer-key.ts";

const REMEDY =
  "Set kmsMasterKeyId to a key of KMS whose policy lets the publishing service use it; the key of AWS for SNS lets none.";

const topic = (properties: object) => [{ type: "aws:sns/topic:Topic", properties }];

export const topicRequireEncryption = cloudPolicy({
  name: "topic-require-encryption",
  description: "A topic of SNS is encrypted with a key of one's own.",
  severity: "medium",
  controls: [{ framework: "nist", control: "SC-28(1)" }],
  reason:
    "Messages lie on disk until they are delivered. With the key of AWS for SNS the alarms of CloudWatch cannot publish at all.",
  remedy: REMEDY,
  parameters: {},
  examples: {
    pass: [
      {
        what: "a key of one's own",
        cloud: topic({ kmsMasterKeyId: "arn:aws:kms:us-east-1:123456789012:key/1" }),
      },
    ],
    fail: [
      { what: "no key", cloud: topic({ name: "alarms" }) },
      { what: "the key of AWS", cloud: topic({ kmsMasterKeyId: "alias/aws/sns" }) },
    ],
  },
  types: ["aws:sns/topic:Topic"],
  judge: ({ root }) => expectCustomerKey(root.at("kmsMasterKeyId"), REMEDY),
});

import { cloudPolicy } from "../pack/cloud-policy.ts";
import { expectCustomerKey } from "./customer-key.ts";

const REMEDY =
  "Set kmsKeyId to a key of KMS that the stack makes, and that of each replica to the key of its region.";
const KEY = "arn:aws:kms:eu-central-1:123456789012:key/1";

const secret = (properties: object) => [{ type: "aws:secretsmanager/secret:Secret", properties }];

export const secretRequireCustomerKey = cloudPolicy({
  name: "secret-require-customer-key",
  description: "A secret of AWS Secrets Manager and each of its copies is encrypted with a key of one's own.",
  severity: "medium",
  controls: [{ framework: "nist", control: "SC-12, SC-28(1)" }],
  reason:
    "The key of AWS decrypts for everyone in the account who may read the secret. A key of one's own is a second lock, with a record of its use.",
  remedy: REMEDY,
  parameters: {},
  examples: {
    pass: [
      {
        what: "a key for the secret and for its copy",
        cloud: secret({ kmsKeyId: KEY, replicas: [{ region: "us-east-1", kmsKeyId: KEY }] }),
      },
    ],
    fail: [
      { what: "no key", cloud: secret({ name: "agents/key" }) },
      { what: "the key of AWS", cloud: secret({ kmsKeyId: "alias/aws/secretsmanager" }) },
      {
        what: "a copy without key",
        cloud: secret({ kmsKeyId: KEY, replicas: [{ region: "us-east-1", kmsKeyId: null }] }),
      },
    ],
  },
  types: ["aws:secretsmanager/secret:Secret"],
  judge: ({ root }) =>
    [root, ...root.at("replicas").items()].flatMap((place) =>
      expectCustomerKey(place.at("kmsKeyId"), REMEDY),
    ),
});

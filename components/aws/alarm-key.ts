import { Alias } from "@pulumi/aws/kms/alias.js";
import { Key } from "@pulumi/aws/kms/key.js";
import type * as pulumi from "@pulumi/pulumi";
import { KEY_DELETION_WINDOW_DAYS, keyAdministration } from "./key-policy.ts";
import { policyDocument, type Statement } from "./policy-document.ts";

export interface AlarmKeyOptions {
  readonly accountId: string;
  readonly environment: string;
  readonly region: string;
  /** Pattern of the ARNs of the alarms that publish. */
  readonly alarmArns: string;
}

/** The key of the alarms' topic. One of their own, as those that AWS offers for SNS do not let CloudWatch publish. */
export function createAlarmKey(
  name: string,
  args: AlarmKeyOptions,
  child: pulumi.CustomResourceOptions,
): Key {
  const { accountId, environment, region } = args;
  const key = new Key(
    name,
    {
      region,
      description: `Alarms of the Claude agent platform ${environment}`,
      deletionWindowInDays: KEY_DELETION_WINDOW_DAYS,
      enableKeyRotation: true,
      policy: policyDocument([keyAdministration(accountId), useByAlarms(args)]),
    },
    child,
  );
  const alias = `alias/claude-agents/${environment}/alarms`;
  new Alias(`${name}-alias`, { region, name: alias, targetKeyId: key.keyId }, child);
  return key;
}

/** In the policy of a key the resource `*` means this key. */
function useByAlarms({ accountId, alarmArns }: AlarmKeyOptions): Statement {
  return {
    Sid: "UseByAlarms",
    Effect: "Allow",
    Principal: { Service: "cloudwatch.amazonaws.com" },
    Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
    Resource: "*",
    Condition: {
      StringEquals: { "aws:SourceAccount": accountId },
      ArnLike: { "aws:SourceArn": alarmArns },
    },
  };
}

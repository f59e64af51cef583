import * as pulumi from "@pulumi/pulumi";

/** One statement of a policy of AWS. */
export interface Statement {
  readonly Sid: string;
  readonly Effect: "Allow" | "Deny";
  /** Whom it is about. Policies of roles leave it out: they are about the role. */
  readonly Principal?: "*" | Readonly<Record<string, pulumi.Input<string>>>;
  readonly Action: string | readonly string[];
  readonly Resource?: pulumi.Input<string> | readonly pulumi.Input<string>[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, pulumi.Input<string | string[]>>>>>;
}

/** The text of a policy. Written here and not by an invoke, so that a preview needs no account. */
export function policyDocument(statements: readonly Statement[]): pulumi.Output<string> {
  return pulumi.jsonStringify({ Version: "2012-10-17", Statement: statements });
}

/** Refuses whatever comes without TLS. */
export function refusePlainText(action: string, resources: readonly pulumi.Input<string>[]): Statement {
  return {
    Sid: "RefusePlainText",
    Effect: "Deny",
    Principal: "*",
    Action: action,
    Resource: resources,
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
}

/** The principal that stands for everyone whom IAM of the account gives the right, and for nobody else. */
export function accountPrincipal(accountId: string): { readonly AWS: string } {
  return { AWS: `arn:aws:iam::${accountId}:root` };
}

import type { Purpose } from "../../../components/aws/key-policy.ts";
import { Keys } from "../../../components/aws/keys.ts";
import type { Statement } from "../../../components/aws/policy-document.ts";
import { only, type Recorded } from "../record-stack.ts";

export const ACCOUNT_ID = "123456789012";
export const HOME = "eu-west-1";
export const SECOND = "us-east-2";
export const KEPT = { protect: true, retainOnDelete: false };
export const REFUSE_PLAIN_TEXT = {
  Sid: "RefusePlainText",
  Effect: "Deny",
  Principal: "*",
  Condition: { Bool: { "aws:SecureTransport": "false" } },
};

/** Keys of both regions. */
export function sampleKeys(purpose: Purpose, replicaRegions: readonly string[] = [SECOND]): Keys {
  return new Keys("keys", {
    accountId: ACCOUNT_ID,
    environment: "prod",
    purpose,
    region: HOME,
    replicaRegions,
    ...KEPT,
  });
}

/** Names of what AWS would make, by type, without components and keys. */
export function namesByType(resources: readonly Recorded[], prefix: string): Record<string, string[]> {
  const own = resources.filter(({ type, name }) => type.startsWith("aws:") && name.startsWith(prefix));
  return Object.fromEntries(
    [...Map.groupBy(own, ({ type }) => type.slice(type.lastIndexOf(":") + 1))]
      .map(([type, group]) => [type, group.map(({ name }) => name).sort()] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** The statements of a policy that a resource carries. */
export function statementsOf(
  resources: readonly Recorded[],
  type: string,
  name: string,
  input: "policy" | "assumeRolePolicy" = "policy",
): Statement[] {
  const document = JSON.parse(only(resources, type, name).inputs[input]);
  if (document.Version !== "2012-10-17") throw new Error(`${name} has no policy of version 2012-10-17`);
  return document.Statement;
}

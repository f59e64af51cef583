import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy.js";
import * as pulumi from "@pulumi/pulumi";
import { NAMESPACE } from "../../agent-runtime/src/contract.ts";
import { POSTGRES } from "../naming.ts";
import { backupStatements, databaseStatements, secretStatements } from "./identity-policies.ts";
import { policyDocument, type Statement } from "./policy-document.ts";
import type { VaultPlace } from "./vault-bucket.ts";

/** The only ServiceAccount of namespace `ai-agents` that may take on each role. */
export const SERVICE_ACCOUNTS = {
  backup: "claude-agent-backup",
  secrets: "claude-agent-secrets",
  database: POSTGRES,
} as const;

export type RoleName = keyof typeof SERVICE_ACCOUNTS;

/** A region whose pods get roles. */
export interface IdentityRegion {
  readonly name: string;
  /** Region of AWS that it is in. */
  readonly awsRegion: string;
  /** The identity provider of the region's cluster. */
  readonly oidcProviderArn: string;
}

export interface IdentityArgs {
  /** Label of the installation; part of the roles' path. */
  readonly environment: string;
  /** The region, and its cluster as AWS knows it. */
  readonly region: IdentityRegion;
  /** Buckets that this region's backups may go to. Default: there are no backups, and no roles for them. */
  readonly vault?: readonly VaultPlace[];
  /** Secrets that pods may read, and the key that they are encrypted with. Default: none, and no role. */
  readonly secrets?: {
    readonly arns: readonly pulumi.Input<string>[];
    readonly keyArn: pulumi.Input<string>;
  };
}

/** What the pods of one region may do in AWS, without keys of their own: each by a role for one ServiceAccount. */
export class Identity extends pulumi.ComponentResource {
  /** ARNs for the annotation `eks.amazonaws.com/role-arn` of the ServiceAccounts, by role. */
  readonly roleArns: Readonly<Partial<Record<RoleName, pulumi.Output<string>>>>;

  constructor(name: string, args: IdentityArgs, opts?: pulumi.ComponentResourceOptions) {
    super("claude-agents:aws:Identity", name, {}, opts);
    const { region, vault, secrets } = args;
    const add = (role: RoleName, statements: readonly Statement[]) =>
      this.#addRole(`${name}-${role}`, args, role, statements);

    this.roleArns = {
      ...(vault === undefined
        ? {}
        : {
            backup: add("backup", backupStatements(vault, region.name)),
            database: add("database", databaseStatements(vault, region.name)),
          }),
      ...(secrets === undefined
        ? {}
        : { secrets: add("secrets", secretStatements(secrets, region.awsRegion)) }),
    };
    this.registerOutputs({ roleArns: this.roleArns });
  }

  #addRole(
    name: string,
    { environment, region }: IdentityArgs,
    role: RoleName,
    statements: readonly Statement[],
  ): pulumi.Output<string> {
    const made = new Role(
      name,
      {
        path: `/claude-agents/${environment}/`,
        description: `ServiceAccount ${SERVICE_ACCOUNTS[role]} of region ${region.name}`,
        assumeRolePolicy: policyDocument([trust(region.oidcProviderArn, SERVICE_ACCOUNTS[role])]),
      },
      { parent: this },
    );
    new RolePolicy(
      `${name}-policy`,
      { role: made.name, policy: policyDocument(statements) },
      { parent: this },
    );
    return made.arn;
  }
}

/** One cluster, one namespace, one ServiceAccount. */
function trust(oidcProviderArn: string, serviceAccount: string): Statement {
  const issuer = oidcProviderArn.slice(oidcProviderArn.indexOf("/") + 1);
  return {
    Sid: "OneServiceAccount",
    Effect: "Allow",
    Principal: { Federated: oidcProviderArn },
    Action: "sts:AssumeRoleWithWebIdentity",
    Condition: {
      StringEquals: {
        [`${issuer}:aud`]: "sts.amazonaws.com",
        [`${issuer}:sub`]: `system:serviceaccount:${NAMESPACE}:${serviceAccount}`,
      },
    },
  };
}

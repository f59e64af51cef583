import type { PolicyGroup } from "../pack/policy.ts";
import { bindingDisallowClusterAdmin } from "./binding-disallow-cluster-admin.ts";
import { bindingDisallowDefaultAccount } from "./binding-disallow-default-account.ts";
import { namespaceRequirePodSecurity } from "./namespace-require-pod-security.ts";
import { podDisallowDefaultAccount } from "./pod-disallow-default-account.ts";
import { roleDisallowEscalation } from "./role-disallow-escalation.ts";
import { roleDisallowSecretReading } from "./role-disallow-secret-reading.ts";
import { roleDisallowWildcards } from "./role-disallow-wildcards.ts";
import { serviceAccountDisallowToken } from "./service-account-disallow-token.ts";

export const ACCESS: PolicyGroup = {
  title: "Access",
  folder: "access",
  policies: [
    bindingDisallowClusterAdmin,
    bindingDisallowDefaultAccount,
    namespaceRequirePodSecurity,
    podDisallowDefaultAccount,
    roleDisallowEscalation,
    roleDisallowSecretReading,
    roleDisallowWildcards,
    serviceAccountDisallowToken,
  ],
};

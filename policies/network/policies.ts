import type { PolicyGroup } from "../pack/policy.ts";
import { ingressDisallowSnippets } from "./ingress-disallow-snippets.ts";
import { listenerDisallowWildcardHosts } from "./listener-disallow-wildcard-hosts.ts";
import { listenerRequireTls } from "./listener-require-tls.ts";
import { listenerRequireTlsVersion } from "./listener-require-tls-version.ts";
import { namespaceRequireDefaultDeny } from "./namespace-require-default-deny.ts";
import { networkPolicyDisallowMetadata } from "./network-policy-disallow-metadata.ts";
import { networkPolicyLimitEgress } from "./network-policy-limit-egress.ts";
import { networkPolicyLimitIngress } from "./network-policy-limit-ingress.ts";
import { networkPolicyRequireSubject } from "./network-policy-require-subject.ts";
import { serviceDisallowPublicType } from "./service-disallow-public-type.ts";

export const NETWORK: PolicyGroup = {
  title: "Network",
  folder: "network",
  policies: [
    ingressDisallowSnippets,
    listenerDisallowWildcardHosts,
    listenerRequireTls,
    listenerRequireTlsVersion,
    namespaceRequireDefaultDeny,
    networkPolicyDisallowMetadata,
    networkPolicyLimitEgress,
    networkPolicyLimitIngress,
    networkPolicyRequireSubject,
    serviceDisallowPublicType,
  ],
};

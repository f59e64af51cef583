import type { Right } from "./rights.ts";

/** Rights with one effect: every verb on every resource in every group. */
export interface Power {
  readonly verbs: readonly string[];
  readonly resources: readonly string[];
  readonly groups: readonly string[];
  /** What the holder can do, so that it reads on after "the holder". */
  readonly effect: string;
}

const RBAC = "rbac.authorization.k8s.io";
const CERTIFICATES = "certificates.k8s.io";
const WRITING = ["create", "update", "patch"];

/** Rights that are worth more than they say. Sources: CIS Kubernetes 5.1.8 to 5.1.13 and Kubernetes' "RBAC Good Practices". */
export const POWERS: readonly Power[] = [
  {
    verbs: ["escalate"],
    resources: ["roles", "clusterroles"],
    groups: [RBAC],
    effect: "writes rights into a role that he does not have",
  },
  {
    verbs: ["bind"],
    resources: ["roles", "clusterroles"],
    groups: [RBAC],
    effect: "gives any role to anybody, himself too",
  },
  {
    verbs: ["impersonate"],
    resources: ["users", "groups", "serviceaccounts", "uids"],
    groups: ["", "authentication.k8s.io"],
    effect: "acts as anybody else",
  },
  {
    verbs: ["create"],
    resources: ["serviceaccounts/token"],
    groups: [""],
    effect: "makes himself a token of any ServiceAccount in reach",
  },
  {
    verbs: ["approve", "sign"],
    resources: ["signers", "certificatesigningrequests"],
    groups: [CERTIFICATES],
    effect: "makes certificates of any user or node valid",
  },
  {
    verbs: ["update", "patch"],
    resources: ["certificatesigningrequests/approval", "certificatesigningrequests/status"],
    groups: [CERTIFICATES],
    effect: "makes certificates of any user or node valid",
  },
  {
    // A WebSocket is opened by GET, and so `get` runs commands as `create` does.
    verbs: ["create", "get"],
    resources: ["pods/exec", "pods/attach"],
    groups: [""],
    effect: "runs commands in other pods, with their secrets and rights",
  },
  {
    verbs: ["update", "patch"],
    resources: ["pods/ephemeralcontainers"],
    groups: [""],
    effect: "puts a container of his own into other pods",
  },
  {
    verbs: ["get", "create", "update", "patch", "delete"],
    resources: ["nodes/proxy"],
    groups: [""],
    effect: "runs commands in every pod of a node, past admission and audit",
  },
  {
    verbs: ["create"],
    resources: ["persistentvolumes"],
    groups: [""],
    effect: "mounts the file system of a node",
  },
  {
    verbs: WRITING,
    resources: ["mutatingwebhookconfigurations", "validatingwebhookconfigurations"],
    groups: ["admissionregistration.k8s.io"],
    effect: "reads and changes whatever is sent to the API, secrets too",
  },
];

export function pairsOf({ verbs, resources, groups }: Power): Right[] {
  return verbs.flatMap((verb) =>
    resources.flatMap((resource) => groups.map((group) => ({ verb, resource, group }))),
  );
}

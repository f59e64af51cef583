/** How long the name of an object may be, and what derives a name from it. */
export interface NameBudget {
  readonly length: number;
  readonly why: string;
}

/** RFC 1123: a label of DNS, and the value of a label of Kubernetes. */
export const LABEL_LENGTH = 63;

const HOST: NameBudget = { length: LABEL_LENGTH, why: "it is a host name within the cluster" };
const OWNER: NameBudget = {
  length: LABEL_LENGTH,
  why: "the names of its pods begin with it, and a pod's name is its host name",
};

const BUDGETS: ReadonlyMap<string, NameBudget> = new Map([
  ["Service", HOST],
  ["Namespace", { length: LABEL_LENGTH, why: "it is a part of the host name of every Service" }],
  ["Deployment", OWNER],
  ["ReplicaSet", OWNER],
  ["ReplicationController", OWNER],
  ["DaemonSet", OWNER],
  ["Rollout", OWNER],
  ["Pod", { length: LABEL_LENGTH, why: "it is the host name of the pod" }],
  [
    "StatefulSet",
    {
      length: 52,
      why: "its pods get the label controller-revision-hash, which is the name, a dash and ten characters",
    },
  ],
  ["CronJob", { length: 52, why: "its Jobs get a suffix of eleven characters" }],
  ["Job", { length: LABEL_LENGTH, why: "its pods get it as the label job-name" }],
  ["ScaledObject", { length: 54, why: "KEDA makes keda-hpa- and the name into a label" }],
  ["ScaledJob", { length: LABEL_LENGTH, why: "KEDA makes it a label of its Jobs" }],
  ["Gateway", { length: LABEL_LENGTH, why: "its controller makes it a label of what it makes" }],
  ["Cluster", { length: 50, why: "CloudNativePG names pods, Services and labels after it and refuses more" }],
]);

const OTHERS: NameBudget = { length: 253, why: "the API server refuses more" };

/** The budget of a kind: what the API server accepts where nothing derives a name from it. */
export function budgetOf(kind: string): NameBudget {
  return BUDGETS.get(kind) ?? OTHERS;
}

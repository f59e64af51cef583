import type { types } from "@pulumi/kubernetes";
import { RUN_AS_USER } from "./defaults.ts";

/** Pod-level settings that the `restricted` Pod Security standard demands; volumes belong to the same user. */
export const RESTRICTED_POD: types.input.core.v1.PodSecurityContext = {
  runAsNonRoot: true,
  runAsUser: RUN_AS_USER,
  runAsGroup: RUN_AS_USER,
  fsGroup: RUN_AS_USER,
  fsGroupChangePolicy: "OnRootMismatch",
  seccompProfile: { type: "RuntimeDefault" },
};

/** Container-level settings of the same standard, and a root file system that nobody can change. */
export const RESTRICTED_CONTAINER: types.input.core.v1.SecurityContext = {
  runAsNonRoot: true,
  allowPrivilegeEscalation: false,
  privileged: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
};

/** Labels of a namespace that refuses pods below the `restricted` standard, warns and records. */
export const RESTRICTED_NAMESPACE_LABELS = {
  "pod-security.kubernetes.io/enforce": "restricted",
  "pod-security.kubernetes.io/warn": "restricted",
  "pod-security.kubernetes.io/audit": "restricted",
};

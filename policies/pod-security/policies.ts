import type { PolicyGroup } from "../pack/policy.ts";

export const POD_SECURITY: PolicyGroup = { title: "Pod security", folder: "pod-security", policies: [] };

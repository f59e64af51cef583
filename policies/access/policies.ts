import type { PolicyGroup } from "../pack/policy.ts";

export const ACCESS: PolicyGroup = { title: "Access", folder: "access", policies: [] };

import type { PolicyGroup } from "../pack/policy.ts";

export const STACK: PolicyGroup = { title: "Stack-wide", folder: "stack", policies: [] };

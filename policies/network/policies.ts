import type { PolicyGroup } from "../pack/policy.ts";

export const NETWORK: PolicyGroup = { title: "Network", folder: "network", policies: [] };

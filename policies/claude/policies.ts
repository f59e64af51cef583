import type { PolicyGroup } from "../pack/policy.ts";

export const CLAUDE: PolicyGroup = { title: "Claude", folder: "claude", policies: [] };

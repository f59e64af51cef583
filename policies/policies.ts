import { ACCESS } from "./access/policies.ts";
import { CLAUDE } from "./claude/policies.ts";
import { DATA } from "./data/policies.ts";
import { EXCEPTIONS } from "./exceptions/policies.ts";
import { NETWORK } from "./network/policies.ts";
import type { Policy, PolicyGroup } from "./pack/policy.ts";
import { POD_SECURITY } from "./pod-security/policies.ts";
import { SCALING } from "./scaling/policies.ts";
import { STACK } from "./stack/policies.ts";
import { WORKLOADS } from "./workloads/policies.ts";

/** The rooms of the pack, in the order in which its documentation shows them. */
export const GROUPS: readonly PolicyGroup[] = [
  POD_SECURITY,
  WORKLOADS,
  SCALING,
  NETWORK,
  ACCESS,
  DATA,
  CLAUDE,
  STACK,
  EXCEPTIONS,
];

/** Every policy of the pack, the same for every stack. Policy configuration decides how strict each one is. */
export const POLICIES: readonly Policy[] = GROUPS.flatMap(({ policies }) => policies);

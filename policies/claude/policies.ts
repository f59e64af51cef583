import type { PolicyGroup } from "../pack/policy.ts";
import { alertRequireRunbook } from "./alert-require-runbook.ts";
import { budgetDisallowUncounted } from "./budget-disallow-uncounted.ts";
import { budgetLimitAmount } from "./budget-limit-amount.ts";
import { budgetLimitRegionShares } from "./budget-limit-region-shares.ts";
import { budgetRequireFleet } from "./budget-require-fleet.ts";
import { gatewayRequireRules } from "./gateway-require-rules.ts";
import { keyDisallowLiterals } from "./key-disallow-literals.ts";
import { modelDisallowRetiring } from "./model-disallow-retiring.ts";
import { modelLimitChoice } from "./model-limit-choice.ts";
import { modelRequireFallback } from "./model-require-fallback.ts";
import { modelRequireKnown } from "./model-require-known.ts";
import { modelRequirePrice } from "./model-require-price.ts";
import { recordingRuleRequireName } from "./recording-rule-require-name.ts";
import { regionRequireSecond } from "./region-require-second.ts";
import { sandboxRequireLimits } from "./sandbox-require-limits.ts";
import { turnLimitDuration } from "./turn-limit-duration.ts";
import { turnRequireGrace } from "./turn-require-grace.ts";
import { turnRequireRouteTime } from "./turn-require-route-time.ts";

export const CLAUDE: PolicyGroup = {
  title: "Claude",
  folder: "claude",
  policies: [
    alertRequireRunbook,
    budgetDisallowUncounted,
    budgetLimitAmount,
    budgetLimitRegionShares,
    budgetRequireFleet,
    gatewayRequireRules,
    keyDisallowLiterals,
    modelDisallowRetiring,
    modelLimitChoice,
    modelRequireFallback,
    modelRequireKnown,
    modelRequirePrice,
    recordingRuleRequireName,
    regionRequireSecond,
    sandboxRequireLimits,
    turnLimitDuration,
    turnRequireGrace,
    turnRequireRouteTime,
  ],
};

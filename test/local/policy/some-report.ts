import type { OperationResult } from "../../../local/engine/operation-result.ts";
import type { PolicyConfig } from "../../../local/policy/config.ts";
import { buildReport, type PolicyReport } from "../../../local/policy/report.ts";
import { CLEAN, REFUSED, SOME_GROUPS, unknownOf, violationOf } from "./some-policies.ts";

/** A report on the small pack. */
export function reportOn(result: Partial<OperationResult> = {}, config: PolicyConfig = {}): PolicyReport {
  return buildReport({
    stack: "prod",
    stackFile: "Pulumi.prod.yaml",
    configFile: "policies/config/production.json",
    config,
    groups: SOME_GROUPS,
    result: { ...CLEAN, ...result },
  });
}

/** A report with one of everything. */
export const FULL_REPORT = reportOn(
  {
    ...REFUSED,
    policyViolations: [
      violationOf("object-limit-size"),
      violationOf("object-require-owner", {
        enforcement: "advisory",
        message: "Service shop/front: nobody owns it.",
      }),
      unknownOf("object-limit-size", ".spec.open, .spec.listed"),
      violationOf("exception-require-notice", {
        enforcement: "advisory",
        message:
          "Service shop/front: it is excepted from object-require-label until 2999-12-31, by shop: audit",
      }),
    ],
    policyRemediations: [{ policy: "object-require-label", resource: "front" }],
    diagnostics: [{ severity: "error", message: "the program stumbled" }],
  },
  {
    "object-limit-size": {
      notChecked: [{ resource: "front", path: ".spec.listed", reason: "An ARN of ours." }],
    },
  },
);

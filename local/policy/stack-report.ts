import path from "node:path";
import { GROUPS, POLICIES } from "../../policies/policies.ts";
import type { OperationResult } from "../engine/operation-result.ts";
import { readPolicyConfig } from "./config.ts";
import { policyConfigFile } from "./config-file.ts";
import { renderExceptions } from "./render-text.ts";
import { buildReport, type PolicyReport } from "./report.ts";
import { describeCounts } from "./verdict.ts";

/** What an operation on a stack of this repository says about the policies, under the configuration of its environment. */
export async function reportOnStack(
  cloneDir: string,
  stack: string,
  result: OperationResult,
): Promise<PolicyReport> {
  const file = await policyConfigFile(cloneDir, stack);
  return buildReport({
    ...{ stack, result, groups: GROUPS },
    stackFile: `Pulumi.${stack}.yaml`,
    config: await readPolicyConfig(file, POLICIES),
    configFile: path.relative(cloneDir, file),
  });
}

/** The policies in a few lines, for a command that is about something else: never that all is well where it is not. */
export function summarizePolicies(report: PolicyReport): string[] {
  const { stack, config, policies } = report;
  const open = policies.flatMap(({ name, unchecked }) =>
    unchecked
      .filter(({ accepted }) => accepted === undefined)
      .map(({ resource, path: place }) => `    ${name} could not see ${place} of ${resource}`),
  );
  const advice = policies.flatMap(({ name, findings }) =>
    findings.map(({ resource, message }) => `    ${name}: ${resource}: ${message}`),
  );
  return [
    `  ${describeCounts(report)}; configuration ${config}`,
    ...advice,
    ...open,
    ...renderExceptions(report),
    `    each of them: npm run policy -- ${stack}`,
  ];
}

import { readdir } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeFailure, type OperationResult } from "../../../local/engine/operation-result.ts";
import { addAliases } from "../../../local/region/kubeconfig.ts";
import { POLICIES } from "../../../policies/policies.ts";
import { type StackUnderTest, startStackUnderTest } from "../../stack/stack-under-test.ts";

const FOLDER = import.meta.dirname;

/** Which policies each broken stack breaks: these and no others. */
const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  "cluster-admin": [
    "binding-disallow-cluster-admin",
    "binding-disallow-default-account",
    "role-disallow-wildcards",
  ],
  "evicting-store": ["valkey-require-no-eviction"],
  "expired-exception": ["exception-require-expiry", "service-disallow-public-type"],
  "image-by-tag": ["container-require-image-digest"],
  "key-in-environment": ["key-disallow-literals", "manifest-disallow-secret-literals"],
  "no-budget": ["budget-require-fleet"],
  "one-replica": ["workload-require-replicas"],
  "open-egress": ["network-policy-disallow-metadata", "network-policy-limit-egress"],
  "privileged-init-container": [
    "container-disallow-privilege-escalation",
    "container-disallow-privileged",
    "container-require-dropped-capabilities",
  ],
  "retired-model": ["model-disallow-retiring"],
  "unguarded-store": ["disruption-budget-require-pods", "stack-require-disruption-budget"],
  "yaml-group": ["container-require-dropped-capabilities", "pod-disallow-host-namespaces"],
};

let stack: StackUnderTest;

beforeAll(async () => {
  stack = await startStackUnderTest("broken-eu");
  // Nothing is made, so one cluster does for both regions.
  await addAliases(stack.regions.place.kubeconfig, ["broken-us"]);
});
afterAll(() => stack?.stop());

/** Previews a project with the pack, as production is configured. */
async function preview(project: string): Promise<OperationResult> {
  const engine = await stack.open(
    "prod",
    {},
    { cloneDir: project, stateDir: path.join(stack.stateDir, path.basename(project)) },
  );
  return engine.preview();
}

function brokenPolicies({ policyViolations }: OperationResult): string[] {
  const mandatory = policyViolations.filter(({ enforcement }) => enforcement === "mandatory");
  return [...new Set(mandatory.map(({ policy }) => policy))].sort();
}

describe("a broken stack", () => {
  it("stands in each folder here, twelve in all, and breaks policies that there are", async () => {
    const entries = await readdir(FOLDER, { withFileTypes: true });
    const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    expect(folders.sort()).toEqual(Object.keys(EXPECTED));
    expect(folders).toHaveLength(12);
    const names = POLICIES.map(({ name }) => name);
    for (const policy of Object.values(EXPECTED).flat()) expect(names).toContain(policy);
  });

  it.each(Object.entries(EXPECTED))(
    "%s fails with exactly the policies that it breaks",
    async (folder, policies) => {
      const result = await preview(path.join(FOLDER, folder));
      expect(brokenPolicies(result), describeFailure(result)).toEqual(policies);
      expect(result.outcome).toBe("failed");
    },
  );
});

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readPolicyConfig } from "../../local/policy/config.ts";
import { acceptedBy } from "../../local/policy/not-checked.ts";
import { PACK_FOLDER } from "../../policies/bundle.ts";
import { POLICIES } from "../../policies/policies.ts";
import { officialSarif } from "../local/policy/sarif-schema.ts";
import { createTestEnvironment, type TestEnvironment } from "./environment.ts";

let environment: TestEnvironment;

beforeAll(async () => {
  environment = await createTestEnvironment();
});

afterAll(() => environment.remove());

interface Result {
  readonly name: string;
  readonly status: string;
  readonly findings: readonly unknown[];
  readonly unchecked: readonly { readonly resource: string; readonly path: string }[];
}

function resultsOf(json: { policies: readonly Result[] }, status: string): string[] {
  return json.policies.filter((policy) => policy.status === status).map(({ name }) => name);
}

/** Values that a configuration lists as not to be known in a preview, and that a preview knows. */
async function staleEntries(config: string, json: { policies: readonly Result[] }): Promise<unknown[]> {
  const settings = await readPolicyConfig(path.join(PACK_FOLDER, "config", config), POLICIES);
  return Object.entries(settings).flatMap(([name, { notChecked = [] }]) => {
    const unchecked = json.policies.find((policy) => policy.name === name)?.unchecked ?? [];
    return notChecked.filter(
      (entry) => !unchecked.some(({ resource, path: place }) => acceptedBy([entry], resource, place)),
    );
  });
}

describe("npm run policy", () => {
  // Staging is previewed with the policies in test/stack.
  it("passes prod by every policy, on clusters that are gone afterwards", async () => {
    const sarif = path.join(environment.folder, "prod.sarif");
    const markdown = path.join(environment.folder, "prod.md");
    const { exitCode, json } = await environment.command(
      ...(["policy", "prod", "--json", "--sarif", sarif, "--markdown", markdown] as const),
    );
    expect({ exitCode, violated: resultsOf(json, "violated"), errors: json.errors }).toEqual({
      exitCode: 0,
      violated: [],
      errors: [],
    });
    expect(json).toMatchObject({
      passed: true,
      clusters: "simulated",
      config: "policies/config/production.json",
    });
    expect(json.verdict).toEqual({ failOn: "low", violations: 0, unlisted: 0, notRun: 0, errors: 0 });
    expect(json.policies).toHaveLength(POLICIES.length);
    expect(resultsOf(json, "not run")).toEqual([]);
    expect(await staleEntries("production.json", json)).toEqual([]);
    expect(json.resources).toBeGreaterThan(40);
    const log = JSON.parse(readFileSync(sarif, "utf8"));
    expect(officialSarif.safeParse(log).error?.issues).toBeUndefined();
    expect(log.runs[0].tool.driver.rules).toHaveLength(POLICIES.length);
    expect(log.runs[0].results).toEqual([]);
    expect(readFileSync(markdown, "utf8")).toContain("<!-- claude-agents-policy: prod -->");
    expect(readdirSync(environment.folder).filter((name) => name.includes("preview"))).toEqual([]);
  });

  it("refuses a project that breaks a policy, with exit code 1 and an alert for each finding", async () => {
    const project = path.join(import.meta.dirname, "../policies/broken/one-replica");
    const sarif = path.join(environment.folder, "broken.sarif");
    const broken = await environment.command(
      ...(["policy", "prod", "--json", "--project", project, "--sarif", sarif] as const),
    );
    expect(broken.exitCode).toBe(1);
    expect(resultsOf(broken.json, "violated")).toContain("workload-require-replicas");
    expect(broken.json).toMatchObject({ stackFile: "test/policies/broken/one-replica/Pulumi.prod.yaml" });
    expect(broken.json.errors).toEqual([]);
    const log = JSON.parse(readFileSync(sarif, "utf8"));
    expect(officialSarif.safeParse(log).error?.issues).toBeUndefined();
    const alerts: { ruleId: string }[] = log.runs[0].results;
    expect(alerts.map(({ ruleId }) => ruleId)).toContain("workload-require-replicas");
  });

  it("refuses a faulty configuration before it starts anything", async () => {
    const config = path.join(environment.folder, "config.json");
    writeFileSync(
      config,
      '{"workload-require-replica": {}, "workload-require-replicas": {"minimumReplicas": 0}}',
    );
    const { exitCode, json } = await environment.command("policy", "staging", "--json", "--config", config);
    expect(exitCode).toBe(1);
    expect(json.error.message).toContain("Write workload-require-replicas, or remove it.");
    expect(json.error.message).toContain("workload-require-replicas.minimumReplicas is 0");
    expect(existsSync(`${environment.stateDir}-preview-staging`)).toBe(false);
  });

  it.each([
    ["a folder that does not exist", "--sarif", "none/p.sarif", "ENOENT"],
    ["a folder", "--markdown", ".", "EISDIR"],
  ])("refuses %s for a report before it starts anything", async (_, option, name, code) => {
    const file = path.join(environment.folder, name);
    const { exitCode, stdout, stderr } = await environment.command("policy", "staging", option, file);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toContain(`${option} is ${JSON.stringify(file)}, which cannot be written: ${code}`);
  });

  it("names the stacks that there are", async () => {
    const { exitCode, stderr } = await environment.command("policy", "production");
    expect(exitCode).toBe(1);
    expect(stderr).toContain('There is no stack "production"');
    expect(stderr).toContain("There are local, prod, staging.");
  });

  it("names the allowed severities", async () => {
    const { exitCode, stderr } = await environment.command("policy", "staging", "--fail-on", "severe");
    expect(exitCode).toBe(2);
    expect(stderr).toContain("Allowed choices are critical, high, medium, low.");
  });
});

describe("npm run policy:explain", () => {
  it("explains one policy and lists all", async () => {
    const one = await environment.command("policy:explain", "workload-require-replicas", "--json");
    expect(one).toMatchObject({ exitCode: 0, json: { name: "workload-require-replicas", severity: "high" } });
    const all = await environment.command("policy:explain");
    for (const { name } of POLICIES) expect(all.stdout).toContain(`  ${name} (`);
  });

  it("knows what a misspelt name was meant to be", async () => {
    const { exitCode, stderr } = await environment.command("policy:explain", "workload-require-replica");
    expect(exitCode).toBe(1);
    expect(stderr).toContain("Did you mean workload-require-replicas?");
  });
});

describe("npm run policy:comment", () => {
  it("puts a report into the summary of a workflow's job, or says that there is none", async () => {
    const summary = path.join(environment.folder, "summary.md");
    const workflow = await createTestEnvironment({ GITHUB_STEP_SUMMARY: summary, GITHUB_TOKEN: "" });
    const missing = path.join(environment.folder, "none.md");
    const published = await workflow.command("policy:comment", missing, "--stack", "prod", "--json");
    const refused = await workflow.command("policy:comment", missing);
    workflow.remove();
    expect(published).toMatchObject({
      exitCode: 0,
      json: { summary: "written", comment: "no pull request" },
    });
    expect(readFileSync(summary, "utf8")).toContain("### Policies of the stack prod: not judged");
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain(`Make it with --markdown ${missing}.`);
  });
});

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { POLICIES } from "../../policies/policies.ts";
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
}

function resultsOf(json: { policies: readonly Result[] }, status: string): string[] {
  return json.policies.filter((policy) => policy.status === status).map(({ name }) => name);
}

describe("npm run policy", () => {
  it("passes staging by every policy, on clusters that are gone afterwards", async () => {
    const sarif = path.join(environment.folder, "policy.sarif");
    const markdown = path.join(environment.folder, "policy.md");
    const { exitCode, json } = await environment.command(
      ...(["policy", "staging", "--json", "--sarif", sarif, "--markdown", markdown] as const),
    );
    expect({ exitCode, violated: resultsOf(json, "violated"), errors: json.errors }).toEqual({
      exitCode: 0,
      violated: [],
      errors: [],
    });
    expect(json).toMatchObject({
      passed: true,
      clusters: "simulated",
      config: "policies/config/staging.json",
    });
    expect(json.policies).toHaveLength(POLICIES.length);
    expect(resultsOf(json, "not run")).toEqual([]);
    expect(json.resources).toBeGreaterThan(40);
    expect(JSON.parse(readFileSync(sarif, "utf8")).runs[0].tool.driver.rules).toHaveLength(POLICIES.length);
    expect(readFileSync(markdown, "utf8")).toMatch(/^<!-- claude-agents-policy: staging -->/);
    expect(readdirSync(environment.folder).filter((name) => name.includes("preview"))).toEqual([]);
  });

  it("refuses a project that breaks a policy, with exit code 1, and passes it where milder ones do not fail", async () => {
    const project = path.join(import.meta.dirname, "../policies/broken/one-replica");
    const broken = await environment.command("policy", "prod", "--json", "--project", project);
    expect(broken.exitCode).toBe(1);
    expect(resultsOf(broken.json, "violated")).toContain("workload-require-replicas");
    expect(broken.json).toMatchObject({ stackFile: "test/policies/broken/one-replica/Pulumi.prod.yaml" });
    expect(broken.json.errors).toEqual([]);
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

import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";

const ROOT = path.resolve(import.meta.dirname, "../..");
const FOLDER = path.join(ROOT, ".github", "workflows");

const stepSchema = z.looseObject({
  uses: z.string().optional(),
  run: z.string().optional(),
  with: z.record(z.string(), z.unknown()).optional(),
});
const permissionsSchema = z.record(z.string(), z.enum(["read", "write", "none"]));
const workflowSchema = z.looseObject({
  on: z.record(z.string(), z.unknown()),
  permissions: permissionsSchema,
  jobs: z.record(
    z.string(),
    z.looseObject({
      "timeout-minutes": z.number(),
      permissions: permissionsSchema.optional(),
      steps: z.array(stepSchema),
    }),
  ),
});

const workflows = readdirSync(FOLDER).map((file) => {
  const text = readFileSync(path.join(FOLDER, file), "utf8");
  return { file, text, workflow: workflowSchema.parse(parse(text)) };
});
const { scripts } = JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
};

describe.each(workflows)("the workflow $file", ({ text, workflow }) => {
  const jobs = Object.values(workflow.jobs);
  const steps = jobs.flatMap((job) => job.steps);

  it("never runs a fork's code with this repository's rights", () => {
    expect(Object.keys(workflow.on)).not.toContain("pull_request_target");
    expect(Object.keys(workflow.on)).not.toContain("workflow_run");
  });

  it("has no secrets", () => {
    expect(text).not.toMatch(/\bsecrets\b\s*[.[]/);
    expect(text).not.toContain("secrets: inherit");
  });

  it("may write nothing unless a job says so", () => {
    expect(Object.values(workflow.permissions)).not.toContain("write");
  });

  it("uses actions by their full commit, with the version beside it", () => {
    const used = text.split("\n").filter((line) => line.includes("uses:"));
    expect(used).toHaveLength(steps.filter(({ uses }) => uses !== undefined).length);
    for (const line of used) expect(line).toMatch(/uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it("leaves no credentials in the clone", () => {
    const checkouts = steps.filter(({ uses }) => uses?.startsWith("actions/checkout@"));
    expect(checkouts.length).toBeGreaterThan(0);
    for (const checkout of checkouts) expect(checkout.with?.["persist-credentials"]).toBe(false);
  });

  it("runs scripts of package.json alone, and puts no expression into a shell's line", () => {
    const runs = steps.flatMap(({ run }) => (run === undefined ? [] : [run]));
    expect(runs.length).toBeGreaterThan(0);
    for (const run of runs) {
      expect(run).not.toContain("${{");
      expect(run).not.toContain("\n");
      const script = /(?:^|\s)npm (?:run )?([\w:]+)/.exec(run)?.[1] ?? "";
      expect(scripts).toHaveProperty([script]);
    }
  });

  it("ends in bounded time", () => {
    for (const job of jobs) expect(job["timeout-minutes"]).toBeLessThanOrEqual(90);
  });
});

describe("the workflow of policies", () => {
  const policy = workflows.find(({ file }) => file === "policy.yml")?.workflow;
  const job = policy?.jobs["judge"];

  it("judges staging and prod on pull requests", () => {
    expect(Object.keys(policy?.on ?? {})).toEqual(["pull_request"]);
    expect(job).toMatchObject({ strategy: { "fail-fast": false, matrix: { stack: ["staging", "prod"] } } });
  });

  it("may comment and upload to code scanning, and nothing else", () => {
    expect(policy?.permissions).toEqual({});
    expect(job?.permissions).toEqual({
      contents: "read",
      "pull-requests": "write",
      "security-events": "write",
    });
  });

  it("gives its token to the comment alone", () => {
    const withToken = job?.steps.filter((step) => JSON.stringify(step).includes("github.token")) ?? [];
    expect(withToken.map(({ run }) => run)).toEqual(["npm run policy:comment -- policy.md"]);
  });

  it("uploads and comments what the command wrote", () => {
    const [run] = job?.steps.flatMap(({ run }) => (run?.includes("npm run policy --") ? [run] : [])) ?? [];
    expect(run).toContain("--markdown policy.md --sarif policy.sarif");
    const upload = job?.steps.find(({ uses }) => uses?.includes("upload-sarif"));
    expect(upload?.with?.["sarif_file"]).toBe("policy.sarif");
  });
});

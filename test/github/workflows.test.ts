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

/** What a workflow's runner evaluates. */
function expression(text: string): string {
  return `$\{{ ${text} }}`;
}

describe("the workflow of policies", () => {
  const policy = workflows.find(({ file }) => file === "policy.yml")?.workflow;
  const job = policy?.jobs["judge"];
  const steps = job?.steps ?? [];
  const stepOf = (words: string) => steps.find(({ uses, run }) => `${uses} ${run}`.includes(words));

  it("judges staging and prod on pull requests, and on main, with which they are compared", () => {
    expect(policy?.on).toEqual({ pull_request: null, push: { branches: ["main"] } });
    expect(job).toMatchObject({ strategy: { "fail-fast": false, matrix: { stack: ["staging", "prod"] } } });
  });

  it("ends a run that a later one of its pull request replaces, and none of main", () => {
    expect(policy).toMatchObject({
      concurrency: {
        group: `policy-${expression("github.ref")}`,
        "cancel-in-progress": expression("github.event_name == 'pull_request'"),
      },
    });
  });

  it("may comment and upload to code scanning, and nothing else", () => {
    expect(policy?.permissions).toEqual({});
    expect(job?.permissions).toEqual({
      actions: "read",
      contents: "read",
      "pull-requests": "write",
      "security-events": "write",
    });
  });

  it("gives its token to the comment alone", () => {
    const withToken = steps.filter((step) => JSON.stringify(step).includes("github.token"));
    expect(withToken).toEqual([stepOf("npm run policy:comment")]);
  });

  it("fails by what the policies say, and by nothing that comes after", () => {
    expect(stepOf("npm run policy --")).not.toHaveProperty("continue-on-error");
    expect(stepOf("npm run policy --")).not.toHaveProperty("if");
    expect(stepOf("upload-sarif")).toMatchObject({ "continue-on-error": true });
  });

  it("comments whatever came of it, with the report that the command wrote or without one", () => {
    expect(stepOf("npm run policy --")?.run).toContain("--markdown policy.md --sarif policy.sarif");
    expect(stepOf("policy:comment")).toMatchObject({
      if: expression("!cancelled()"),
      run: 'npm run policy:comment -- policy.md --stack "$STACK"',
      env: { STACK: expression("matrix.stack") },
    });
  });

  it("uploads where the token may: not for forks, and only what there is", () => {
    expect(stepOf("upload-sarif")).toMatchObject({
      if: expression(
        "!cancelled() && hashFiles('policy.sarif') != '' && (github.event_name == 'push' || " +
          "github.event.pull_request.head.repo.full_name == github.repository)",
      ),
      with: { sarif_file: "policy.sarif", category: `policies-${expression("matrix.stack")}` },
    });
  });

  it("passes the commands options that they have", () => {
    for (const [script, words] of [
      ["local/policy.ts", ["--fail-on", "--markdown", "--sarif"]],
      ["local/policy-comment.ts", ["--stack"]],
    ] as const) {
      const text = readFileSync(path.join(ROOT, script), "utf8");
      for (const word of words) expect(text).toContain(`"${word} `);
    }
  });
});

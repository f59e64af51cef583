import { appendFile, readFile } from "node:fs/promises";
import { z } from "zod";
import { type CommentOutcome, type PullRequest, putComment } from "./pull-request-comment.ts";

export interface Published {
  readonly summary: "written" | "none";
  readonly comment: CommentOutcome | "no pull request";
}

const eventSchema = z.looseObject({
  pull_request: z.looseObject({ number: z.number().int().positive() }).optional(),
});

/** Puts a report into the summary of the workflow's job, which every run has, and into a comment of its pull request. */
export async function publishReport(report: string, env: NodeJS.ProcessEnv): Promise<Published> {
  const summaryFile = env["GITHUB_STEP_SUMMARY"];
  if (summaryFile) await appendFile(summaryFile, `${report}\n`);
  const pullRequest = await pullRequestOf(env);
  return {
    summary: summaryFile ? "written" : "none",
    comment: pullRequest === undefined ? "no pull request" : await putComment(pullRequest, report),
  };
}

/** What the workflow's environment says of the pull request that it runs for. */
async function pullRequestOf(env: NodeJS.ProcessEnv): Promise<PullRequest | undefined> {
  const { GITHUB_EVENT_PATH: eventFile, GITHUB_REPOSITORY: repository, GITHUB_TOKEN: token } = env;
  if (!eventFile || !repository || !token) return undefined;
  const event = eventSchema.parse(JSON.parse(await readFile(eventFile, "utf8")));
  const number = event.pull_request?.number;
  if (number === undefined) return undefined;
  return { apiUrl: env["GITHUB_API_URL"] ?? "https://api.github.com", repository, number, token };
}

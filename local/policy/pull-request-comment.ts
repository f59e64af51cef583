import { z } from "zod";

/** Where to comment, and as whom. */
export interface PullRequest {
  /** Of the code host's API, such as `https://api.github.com`. */
  readonly apiUrl: string;
  /** `owner/name` */
  readonly repository: string;
  readonly number: number;
  readonly token: string;
}

export type CommentOutcome = "created" | "updated" | "not permitted";

const PAGE_SIZE = 100;
/** More comments than that are not looked through: another comment is made then. */
const MAX_PAGES = 30;
const TIMEOUT_MS = 30_000;
/** Pull requests from forks have a token that only reads. */
const NOT_PERMITTED = [401, 403, 404];
/** Whoever else writes the marker must not get its comment overwritten. */
const AUTHOR = "github-actions[bot]";

const commentsSchema = z.array(
  z.looseObject({
    id: z.number(),
    body: z.string().nullish(),
    user: z.looseObject({ login: z.string() }).nullish(),
  }),
);

/**
 * Puts a report into the comment of this author that begins with the same line, or into a new one.
 *
 * @throws Error when the code host answers anything but success or a refusal
 */
export async function putComment(pullRequest: PullRequest, body: string): Promise<CommentOutcome> {
  const [marker = ""] = body.split("\n");
  const issues = `/repos/${pullRequest.repository}/issues`;
  const existing = await findComment(pullRequest, `${issues}/${pullRequest.number}/comments`, marker);
  const answer =
    existing === undefined
      ? await call(pullRequest, "POST", `${issues}/${pullRequest.number}/comments`, { body })
      : await call(pullRequest, "PATCH", `${issues}/comments/${existing}`, { body });
  if (NOT_PERMITTED.includes(answer.status)) return "not permitted";
  requireSuccess(answer);
  return existing === undefined ? "created" : "updated";
}

async function findComment(
  pullRequest: PullRequest,
  path: string,
  marker: string,
): Promise<number | undefined> {
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const answer = await call(pullRequest, "GET", `${path}?per_page=${PAGE_SIZE}&page=${page}`);
    if (NOT_PERMITTED.includes(answer.status)) return undefined;
    requireSuccess(answer);
    const comments = commentsSchema.parse(await answer.json());
    const found = comments.find(
      ({ body, user }) => user?.login === AUTHOR && body?.split("\n")[0]?.trim() === marker,
    );
    if (found !== undefined) return found.id;
    if (comments.length < PAGE_SIZE) return undefined;
  }
  return undefined;
}

function call(
  { apiUrl, token }: PullRequest,
  method: "GET" | "POST" | "PATCH",
  path: string,
  content?: object,
): Promise<Response> {
  return fetch(`${apiUrl}${path}`, {
    method,
    headers: {
      accept: "application/vnd.github+json",
      authorization: `Bearer ${token}`,
      "x-github-api-version": "2022-11-28",
    },
    ...(content === undefined ? {} : { body: JSON.stringify(content) }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
}

function requireSuccess({ ok, status, url }: Response): void {
  if (!ok) throw new Error(`${new URL(url).pathname} answered ${status}.`);
}

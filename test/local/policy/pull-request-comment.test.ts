import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { publishReport } from "../../../local/policy/publish.ts";
import { putComment } from "../../../local/policy/pull-request-comment.ts";

interface Comment {
  id: number;
  body: string;
  user: { login: string };
}

const BOT = { login: "github-actions[bot]" };
const REPORT = "<!-- claude-agents-policy: prod -->\n\nNew report.\n";

/** A code host with one pull request. */
let comments: Comment[];
let requests: string[];
/** Statuses that it answers with instead, by method. */
let refusals: Readonly<Record<string, number>>;
let server: Server;
let apiUrl: string;
let folder: string;

beforeEach(async () => {
  comments = [];
  requests = [];
  refusals = {};
  folder = await mkdtemp(path.join(os.tmpdir(), "policy-comment-"));
  server = createServer(async (request, response) => {
    const { method = "", url = "", headers } = request;
    requests.push(`${method} ${url} ${headers.authorization}`);
    const refusal = refusals[method];
    if (refusal !== undefined) {
      response.writeHead(refusal).end("{}");
      return;
    }
    const chunks = await request.toArray();
    const answer = answerTo(method, new URL(url, "http://host"), Buffer.concat(chunks).toString());
    response.setHeader("content-type", "application/json").end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

function answerTo(method: string, { pathname, searchParams }: URL, content: string): unknown {
  if (method === "GET") {
    const size = Number(searchParams.get("per_page"));
    const page = Number(searchParams.get("page"));
    return comments.slice((page - 1) * size, page * size);
  }
  const { body } = JSON.parse(content) as { body: string };
  if (method === "POST") comments.push({ id: comments.length + 1, body, user: BOT });
  else for (const comment of comments) if (pathname.endsWith(`/${comment.id}`)) comment.body = body;
  return {};
}

function put(): ReturnType<typeof putComment> {
  return putComment({ apiUrl, repository: "acme/agents", number: 7, token: "t0" }, REPORT);
}

describe("the comment of a pull request", () => {
  it("is made where there is none, with the token", async () => {
    expect(await put()).toBe("created");
    expect(comments.map(({ body }) => body)).toEqual([REPORT]);
    expect(requests).toEqual([
      "GET /repos/acme/agents/issues/7/comments?per_page=100&page=1 Bearer t0",
      "POST /repos/acme/agents/issues/7/comments Bearer t0",
    ]);
  });

  it("is brought up to date where it is, also behind many others", async () => {
    comments = Array.from({ length: 150 }, (_, index) => ({ id: index + 1, body: "hello", user: BOT }));
    comments.push({ id: 151, body: "<!-- claude-agents-policy: prod -->\r\n\r\nOld report.", user: BOT });
    expect(await put()).toBe("updated");
    expect(comments).toHaveLength(151);
    expect(comments.at(-1)?.body).toBe(REPORT);
    expect(requests.at(-1)).toBe("PATCH /repos/acme/agents/issues/comments/151 Bearer t0");
  });

  it.each([
    ["of another stack", { body: "<!-- claude-agents-policy: staging -->\nOld.", user: BOT }],
    ["of somebody else", { body: REPORT, user: { login: "mallory" } }],
  ])("%s is left alone", async (_, comment) => {
    comments = [{ id: 1, ...comment }];
    expect(await put()).toBe("created");
    expect(comments[0]).toEqual({ id: 1, ...comment });
  });

  it.each([401, 403, 404])("may be refused with %i, as for forks", async (status) => {
    refusals = { GET: status, POST: status };
    expect(await put()).toBe("not permitted");
  });

  it("fails with the answer of a code host that stumbles", async () => {
    refusals = { POST: 500 };
    await expect(put()).rejects.toThrow("/repos/acme/agents/issues/7/comments answered 500.");
    refusals = { GET: 502 };
    await expect(put()).rejects.toThrow("answered 502");
  });

  it("is not looked for without end", async () => {
    comments = Array.from({ length: 3_200 }, (_, index) => ({ id: index + 1, body: "hello", user: BOT }));
    expect(await put()).toBe("created");
    expect(requests.filter((request) => request.startsWith("GET"))).toHaveLength(30);
  });
});

describe("a report", () => {
  async function environment(event: object): Promise<NodeJS.ProcessEnv> {
    const file = path.join(folder, "event.json");
    await writeFile(file, JSON.stringify(event));
    return {
      GITHUB_STEP_SUMMARY: path.join(folder, "summary.md"),
      GITHUB_EVENT_PATH: file,
      GITHUB_REPOSITORY: "acme/agents",
      GITHUB_API_URL: apiUrl,
      GITHUB_TOKEN: "t0",
    };
  }

  it("goes into the summary behind what is there, and into the comment", async () => {
    const env = await environment({ pull_request: { number: 7 } });
    await writeFile(path.join(folder, "summary.md"), "before\n");
    expect(await publishReport(REPORT, env)).toEqual({ summary: "written", comment: "created" });
    expect(await readFile(path.join(folder, "summary.md"), "utf8")).toBe(`before\n${REPORT}\n`);
    expect(comments).toHaveLength(1);
  });

  it("is in the summary also where a comment is not permitted", async () => {
    refusals = { GET: 403, POST: 403 };
    const env = await environment({ pull_request: { number: 7 } });
    expect(await publishReport(REPORT, env)).toEqual({ summary: "written", comment: "not permitted" });
    expect(await readFile(path.join(folder, "summary.md"), "utf8")).toContain("New report.");
  });

  it("is no comment where the run is for no pull request, or has no token", async () => {
    const env = await environment({ ref: "refs/heads/main" });
    expect(await publishReport(REPORT, env)).toMatchObject({ comment: "no pull request" });
    const { GITHUB_TOKEN: _, ...others } = await environment({ pull_request: { number: 7 } });
    expect(await publishReport(REPORT, others)).toMatchObject({ comment: "no pull request" });
    const complete = await environment({ pull_request: { number: 7 } });
    for (const name of ["GITHUB_EVENT_PATH", "GITHUB_REPOSITORY", "GITHUB_TOKEN"]) {
      expect(await publishReport(REPORT, { ...complete, [name]: "" })).toMatchObject({
        comment: "no pull request",
      });
    }
    expect(await publishReport(REPORT, {})).toEqual({ summary: "none", comment: "no pull request" });
    expect(requests).toEqual([]);
  });
});

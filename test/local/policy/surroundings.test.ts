import path from "node:path";
import { describe, expect, it } from "vitest";
import { bannerWarning, documentationPage, fromCaller } from "../../../local/policy/surroundings.ts";

describe("a path that was typed", () => {
  it("is meant from where npm was called, else from here", () => {
    expect(fromCaller("a/b", { INIT_CWD: "/some/where" })).toBe("/some/where/a/b");
    expect(fromCaller("/a/b", { INIT_CWD: "/some/where" })).toBe("/a/b");
    expect(fromCaller("a", {})).toBe(path.join(process.cwd(), "a"));
  });
});

describe("the page about the policies", () => {
  it("is in the repository that the workflow runs for", () => {
    expect(
      documentationPage({ GITHUB_SERVER_URL: "https://github.com", GITHUB_REPOSITORY: "acme/agents" }),
    ).toBe("https://github.com/acme/agents/blob/HEAD/policies/README.md");
  });

  it.each([{}, { GITHUB_SERVER_URL: "https://github.com" }, { GITHUB_REPOSITORY: "acme/agents" }])(
    "is not known by %j",
    (env) => {
      expect(documentationPage(env)).toBeUndefined();
    },
  );
});

describe("the warning of npm's own lines", () => {
  it.each([
    ["npm run policy", { npm_lifecycle_event: "policy" }, true],
    ["npm run --silent policy", { npm_lifecycle_event: "policy", npm_config_loglevel: "silent" }, false],
    [
      "npm run --loglevel=error policy",
      { npm_lifecycle_event: "policy", npm_config_loglevel: "error" },
      true,
    ],
    ["node", {}, false],
  ])("for %s: %s", (_, env, warns) => {
    expect(bannerWarning(env) !== undefined).toBe(warns);
  });

  it("says how to leave them out", () => {
    expect(bannerWarning({ npm_lifecycle_event: "policy" })).toContain("`npm run --silent`");
  });
});

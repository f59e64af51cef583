import { describe, expect, it } from "vitest";
import { serviceAccountDisallowToken } from "../../../policies/access/service-account-disallow-token.ts";
import { judge, UNKNOWN } from "../judge.ts";

const account = (automountServiceAccountToken: unknown, name = "coordinator") => ({
  apiVersion: "v1",
  kind: "ServiceAccount",
  metadata: { name, namespace: "ai-agents" },
  automountServiceAccountToken,
});
const judgeAccount = (token: unknown, name?: string, config = {}) =>
  judge(serviceAccountDisallowToken, account(token, name), { config });
const PASSED = { violations: [], undecided: undefined };
const LISTED = { accountsWithToken: ["operator"] };

describe("service-account-disallow-token", () => {
  it.each([
    ["true", true, "true"],
    ["missing", undefined, "not set, which means true"],
    ["null", null, "not set, which means true"],
    ["a text", "false", '"false"'],
  ])("refuses a token that is %s", async (_, token, got) => {
    expect((await judgeAccount(token)).violations).toEqual([
      expect.stringMatching(
        new RegExp(
          `at \\.automountServiceAccountToken: it is ${got}: every pod .* Set automountServiceAccountToken: false`,
        ),
      ),
    ]);
  });

  it("allows an account without token, whatever its name", async () => {
    expect(await judgeAccount(false)).toEqual(PASSED);
    expect(await judgeAccount(false, UNKNOWN, LISTED)).toEqual(PASSED);
  });

  it("allows the accounts that the configuration lists, and no others", async () => {
    expect(await judgeAccount(true, "operator", LISTED)).toEqual(PASSED);
    expect(await judgeAccount(UNKNOWN, "operator", LISTED)).toEqual(PASSED);
    expect((await judgeAccount(true, "operators", LISTED)).violations).toHaveLength(1);
  });

  it("leaves an account undecided while the token is not known", async () => {
    const { violations, undecided } = await judgeAccount(UNKNOWN);
    expect(violations).toEqual([]);
    expect(undecided).toContain(".automountServiceAccountToken");
  });

  it("leaves an account undecided while its name is not known and may be a listed one", async () => {
    const { violations, undecided } = await judgeAccount(true, UNKNOWN, LISTED);
    expect(violations).toEqual([]);
    expect(undecided).toContain(".metadata.name");
    expect((await judgeAccount(true, UNKNOWN)).violations).toHaveLength(1);
  });

  it("says nothing about other kinds", async () => {
    expect(await judge(serviceAccountDisallowToken, { ...account(true), kind: "Secret" })).toEqual(PASSED);
  });
});

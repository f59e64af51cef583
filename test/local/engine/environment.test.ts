import path from "node:path";
import { describe, expect, it } from "vitest";
import { buildEngineEnvironment } from "../../../local/engine/environment.ts";
import { engineFolders } from "../../../local/engine/folders.ts";

const folders = engineFolders("/state");

function environmentOf(user: NodeJS.ProcessEnv, extra: Record<string, string> = {}) {
  return buildEngineEnvironment({ folders, extra, user });
}

describe("the engine's environment", () => {
  it.each([
    "ANTHROPIC_API_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_PROFILE",
    "GITHUB_TOKEN",
    "KUBECONFIG",
    "NODE_OPTIONS",
    "PULUMI_ACCESS_TOKEN",
    "PULUMI_CONFIG_PASSPHRASE",
    "PULUMI_STACK",
  ])("has nothing of the user's %s", (name) => {
    expect(environmentOf({ [name]: "of the user" })).not.toHaveProperty(name);
  });

  it("keeps state and plugins in the folders of the embedded environment", () => {
    expect(
      environmentOf({ PULUMI_HOME: "/of/the/user", PULUMI_BACKEND_URL: "s3://of-the-user" }),
    ).toMatchObject({
      PULUMI_HOME: folders.home,
      PULUMI_BACKEND_URL: `file://${folders.backend}?metadata=skip`,
    });
  });

  it("finds this Node before any other", () => {
    const { PATH } = environmentOf({ PATH: "/usr/bin" });
    expect(PATH).toBe(`${path.dirname(process.execPath)}:/usr/bin`);
  });

  it.each([
    [{}, "127.0.0.1,localhost"],
    [{ NO_PROXY: "example.com" }, "example.com,127.0.0.1,localhost"],
    [{ no_proxy: "example.com" }, "example.com,127.0.0.1,localhost"],
  ])("reaches plugins without a proxy, with %j", (user, expected) => {
    expect(environmentOf(user)).toMatchObject({ NO_PROXY: expected, no_proxy: expected });
  });

  it("takes what the caller adds, over everything else", () => {
    const environment = environmentOf({ LANG: "C" }, { LANG: "de", ANTHROPIC_API_KEY: "on purpose" });
    expect(environment).toMatchObject({ LANG: "de", ANTHROPIC_API_KEY: "on purpose" });
  });
});

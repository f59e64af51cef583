import { describe, expect, it } from "vitest";
import { readCliEnv } from "../../../agent-runtime/src/cli/cli-env.ts";

describe("readCliEnv", () => {
  it("reads URLs that are separated by commas, and the key", () => {
    const env = { AGENTCTL_URL: "http://127.0.0.1:3333, https://b,", AGENTCTL_KEY: "k" };
    expect(readCliEnv(env)).toEqual({
      urls: ["http://127.0.0.1:3333", "https://b"],
      key: "k",
      mayColour: true,
    });
  });

  it("takes empty variables for absent ones", () => {
    expect(readCliEnv({ AGENTCTL_URL: "", AGENTCTL_KEY: "", NO_COLOR: "" })).toEqual({
      urls: [],
      mayColour: true,
    });
  });

  it("has no colours with NO_COLOR, whatever it holds", () => {
    expect(readCliEnv({ NO_COLOR: "0" }).mayColour).toBe(false);
  });
});

import path from "node:path";
import { describe, expect, it } from "vitest";
import { openInstance } from "../../../local/environment/instance.ts";

describe("openInstance", () => {
  it("keeps the default environment's state outside the clone, under the state home", () => {
    const instance = openInstance({ XDG_STATE_HOME: "/state" });
    expect(instance.stateDir).toBe("/state/claude-agents/default");
    expect(path.relative(instance.cloneDir, instance.stateDir)).toMatch(/^\.\./);
  });

  it("gives every region a loopback address of its own", () => {
    const { loopbackAddress } = openInstance({});
    expect([loopbackAddress(0), loopbackAddress(1)]).toEqual(["127.77.0.1", "127.77.0.2"]);
  });

  it("gives a named environment other addresses and another folder than the default one", () => {
    const named = openInstance({ CLAUDE_AGENTS_INSTANCE: "second", XDG_STATE_HOME: "/state" });
    const standard = openInstance({ XDG_STATE_HOME: "/state" });
    expect(named.loopbackAddress(0)).not.toBe(standard.loopbackAddress(0));
    expect(named.stateDir).toBe("/state/claude-agents/second");
  });

  it("keeps the lock beside the state folder, so that removing the folder does not release it", () => {
    const { lockFile, stateDir } = openInstance({});
    expect(lockFile.startsWith(`${stateDir}${path.sep}`)).toBe(false);
  });

  it.each(["Upper", "-dash", "", "with space", "../escape", "a".repeat(22)])(
    "refuses the instance name %j and says what is allowed",
    (name) => {
      expect(() => openInstance({ CLAUDE_AGENTS_INSTANCE: name })).toThrow(
        /CLAUDE_AGENTS_INSTANCE is .*allowed are 1 to 21 lower-case letters/,
      );
    },
  );

  it.each(["80", "0", "65536", "http", "8787.5", ""])("refuses the front door port %j", (port) => {
    expect(() => openInstance({ CLAUDE_AGENTS_PORT: port })).toThrow(
      /CLAUDE_AGENTS_PORT is .*from 1024 to 65535/,
    );
  });
});

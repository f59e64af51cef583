import path from "node:path";
import { describe, expect, it } from "vitest";
import { folderNameOf, peerCacheDir } from "../../../bench/peers/peer-cache.ts";

describe("peerCacheDir", () => {
  it("lies beside the tools in the user's cache", () => {
    expect(peerCacheDir({ XDG_CACHE_HOME: "/c" })).toBe(path.join("/c", "claude-agents", "bench"));
  });

  it("lies in the folder that replaces the cache", () => {
    expect(peerCacheDir({ CLAUDE_AGENTS_CACHE: "/own" })).toBe(path.join("/own", "bench"));
  });
});

describe("folderNameOf", () => {
  it("makes one plain name of whatever the version says", () => {
    expect(folderNameOf({ name: "portkey", version: "1.0 with @a/b 2.0" })).toBe("portkey-1.0-with-a-b-2.0");
  });
});

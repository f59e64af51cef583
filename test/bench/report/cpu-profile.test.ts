import { describe, expect, it } from "vitest";
import { busyTimeByPart, type CpuProfile } from "../../../bench/report/cpu-profile.ts";

const BUNDLE = [
  "import x;",
  "// ../node_modules/fastify/lib/reply.js",
  "code",
  "// ../node_modules/@scope/pkg/index.js",
  "code",
  "// src/gateway/forward.ts",
  "code // not/a/mark.ts",
  "code",
].join("\n");

/** A profile whose frames were each seen once, for as long as given. */
function profileOf(
  frames: readonly [functionName: string, url: string, lineNumber: number, us: number][],
): CpuProfile {
  return {
    nodes: frames.map(([functionName, url, lineNumber], id) => ({
      id,
      callFrame: { functionName, url, lineNumber },
    })),
    samples: frames.map((_, id) => id),
    timeDeltas: frames.map(([, , , us]) => us),
  };
}

describe("busyTimeByPart", () => {
  it("names own files, packages, Node's modules and native code, the largest first", () => {
    const parts = busyTimeByPart(
      profileOf([
        ["reply", "file:///main.mjs", 2, 10],
        ["send", "file:///main.mjs", 4, 20],
        ["forward", "file:///main.mjs", 7, 70],
        ["write", "node:internal/streams/writable", 3, 40],
        ["parse", "node:_http_common", 3, 30],
        ["writev", "", -1, 60],
        ["(garbage collector)", "", -1, 50],
      ]),
      BUNDLE,
    );
    expect([...parts]).toEqual([
      ["src/gateway/forward.ts", 70],
      ["native writev", 60],
      ["(garbage collector)", 50],
      ["node:internal/streams", 40],
      ["node:_http_common", 30],
      ["@scope/pkg", 20],
      ["fastify", 10],
    ]);
  });

  it("adds up what was seen several times and leaves out idling", () => {
    const seen = profileOf([
      ["forward", "file:///main.mjs", 6, 1],
      ["(idle)", "", -1, 500],
      ["again", "file:///main.mjs", 7, 2],
    ]);
    expect([...busyTimeByPart(seen, BUNDLE)]).toEqual([["src/gateway/forward.ts", 3]]);
  });
});

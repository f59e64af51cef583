import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { filesWith } from "./files-with.ts";
import { createTemporaryEngine, type TemporaryEngine } from "./temporary-engine.ts";

let temporary: TemporaryEngine;
beforeEach(async () => {
  temporary = await createTemporaryEngine();
});
afterEach(() => temporary.remove());

describe("a program for AWS", () => {
  it("runs without an account: recorded, said aloud, unchanged the second time", async () => {
    const engine = await temporary.open("aws");
    const first = await engine.up({ preview: false });
    expect(first.changes.created).toBe(9);
    expect(first.diagnostics).toMatchObject([
      {
        severity: "warning",
        message: expect.stringContaining("Nothing was made or looked at in any cloud."),
      },
    ]);
    expect(await engine.outputs()).toMatchObject({
      bucketName: expect.stringMatching(/^backups-[0-9a-f]{7}$/),
      keyArn: expect.stringMatching(/^arn:aws:kms:eu-west-1:000000000000:key\//),
    });
    expect((await engine.up({ preview: false })).changes).toMatchObject({ created: 0, unchanged: 9 });
    expect(await filesWith(temporary.stateDir, "canary-of-aws")).toEqual([]);
  });
});

import { afterEach, beforeEach, expect, test } from "vitest";
import { createTemporaryEngine, type TemporaryEngine } from "../../local/engine/temporary-engine.ts";

let temporary: TemporaryEngine;
beforeEach(async () => {
  temporary = await createTemporaryEngine();
});
afterEach(() => temporary.remove());

const NOTHING = { created: 0, updated: 0, replaced: 0, deleted: 0 };

test("the recorder knows every type; a second update and a preview change nothing", async () => {
  const engine = await temporary.open("cloud");
  const planned = await engine.preview();
  expect(planned).toMatchObject({ outcome: "succeeded", changes: { updated: 0, replaced: 0, deleted: 0 } });
  const made = await engine.up({ preview: false });
  expect(made).toMatchObject({ outcome: "succeeded", changes: { created: planned.changes.created } });
  expect((await engine.up({ preview: false })).changes).toMatchObject(NOTHING);
  expect((await engine.preview()).changes).toMatchObject(NOTHING);
});

test("another primary updates the two records of the traffic, and nothing else", async () => {
  await (await temporary.open("cloud")).up({ preview: false });
  const moved = await temporary.open("cloud", { configOverrides: { primary: "us" } });
  expect((await moved.preview()).changes).toMatchObject({ ...NOTHING, updated: 2 });
});

test("fault 20: a destroy is refused with the name of what is protected, and leaves nothing once that is lifted", async () => {
  const engine = await temporary.open("cloud");
  await engine.up({ preview: false });
  const refused = await engine.destroy();
  expect(refused.outcome).toBe("failed");
  expect(refused.output).toContain("aws-vault-bucket");
  expect(refused.output).toMatch(/protect/);
  expect(refused.changes).toMatchObject({ created: 0, updated: 0, replaced: 0 });
  const lifted = await temporary.open("cloud", { configOverrides: { protect: false } });
  const restored = await lifted.up({ preview: false });
  expect(restored).toMatchObject({ outcome: "succeeded", changes: { created: refused.changes.deleted } });
  expect((await lifted.destroy()).outcome).toBe("succeeded");
  expect(await lifted.resourceCount()).toBe(0);
});

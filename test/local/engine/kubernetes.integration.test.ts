import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Engine, EngineOptions } from "../../../local/engine/engine.ts";
import { describeFailure } from "../../../local/engine/operation-result.ts";
import { startTemporaryRegions, type TemporaryRegions } from "../region/temporary-regions.ts";
import { filesWith } from "./files-with.ts";
import { createTemporaryEngine, type TemporaryEngine } from "./temporary-engine.ts";

const TOKEN = "canary-9d0f6c35-of-a-secret";
const REGION = "engine-test";
const SLOW_MS = 240_000;

let regions: TemporaryRegions;
beforeAll(async () => {
  regions = await startTemporaryRegions(REGION);
});
afterAll(() => regions.stop());

let temporary: TemporaryEngine;
beforeEach(async () => {
  temporary = await createTemporaryEngine();
});
afterEach(() => temporary.remove());

function open(settings: Record<string, unknown> = {}, options: Partial<EngineOptions> = {}): Promise<Engine> {
  const configOverrides = { kubeconfig: regions.place.kubeconfig, context: REGION, ...settings };
  return temporary.open("kubernetes", { configOverrides, ...options });
}

async function apply(engine: Engine) {
  const result = await engine.up({ preview: false });
  expect(describeFailure({ ...result, output: "" })).toBe("");
  return result.changes;
}

async function namesOf(engine: Engine): Promise<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(await engine.outputs()).map(([name, value]) => [name, String(value)]),
  );
}

describe("Kubernetes objects", () => {
  it(
    "are created, left unchanged, updated, replaced and deleted",
    async () => {
      const engine = await open({ withService: true });
      expect(await apply(engine)).toMatchObject({ created: 7, unchanged: 0 });
      const { namespaceName: namespace = "", deploymentName = "", settingsName } = await namesOf(engine);
      const kubectl = regions.kubectl(REGION);
      expect(await kubectl.getJson("deployment", deploymentName, { namespace })).toMatchObject({
        status: { readyReplicas: 1 },
      });

      expect(await apply(engine)).toEqual({ created: 0, updated: 0, replaced: 0, deleted: 0, unchanged: 7 });

      const newImage = await open({ withService: true, image: "registry.example/app@sha256:2" });
      expect(await apply(newImage)).toMatchObject({ updated: 1, unchanged: 6 });

      const newSettings = await open({ image: "registry.example/app@sha256:2", greeting: "good day" });
      expect(await apply(newSettings)).toMatchObject({ updated: 1, replaced: 1, deleted: 1, unchanged: 4 });
      expect((await namesOf(newSettings))["settingsName"]).not.toBe(settingsName);
      expect(await kubectl.listJson("service", { namespace })).toEqual([]);

      expect((await newSettings.destroy()).changes.deleted).toBe(6);
      await expect(kubectl.getJson("namespace", namespace)).rejects.toThrow("NotFound");
    },
    SLOW_MS,
  );

  it(
    "come back when they were deleted behind the engine's back, after a look at them",
    async () => {
      const engine = await open();
      await apply(engine);
      const { namespaceName: namespace = "", settingsName = "" } = await namesOf(engine);
      await regions.kubectl(REGION).delete("configmap", [settingsName], { namespace });

      expect((await engine.up({ preview: false, refresh: true })).outcome).toBe("succeeded");
      expect(
        await regions
          .kubectl(REGION)
          .getJson("configmap", (await namesOf(engine))["settingsName"] ?? "", { namespace }),
      ).toMatchObject({
        data: { greeting: "hello" },
      });
      await engine.destroy();
    },
    SLOW_MS,
  );

  it(
    "keep their secrets out of the state, as text and in base64, through updates and refreshes",
    async () => {
      const secretOverrides = { token: TOKEN };
      await apply(await open({}, { secretOverrides }));
      const engine = await open({ image: "registry.example/app@sha256:2" }, { secretOverrides });
      await apply(engine);
      await engine.refresh();
      expect(await filesWith(temporary.stateDir, TOKEN)).toEqual([]);

      const { namespaceName: namespace = "" } = await namesOf(engine);
      const [secret] = await regions.kubectl(REGION).listJson("secret", { namespace });
      expect(secret?.["data"]).toEqual({ token: Buffer.from(TOKEN).toString("base64") });
      await engine.destroy();
    },
    SLOW_MS,
  );

  it("in a preview are checked by the API server, and none is made", async () => {
    const engine = await open({ greeting: "x", image: "", withService: true });
    const result = await engine.preview();
    expect(result.outcome).toBe("failed");
    expect(describeFailure(result)).toContain("image: Required value");
    expect(await regions.kubectl(REGION).listJson("deployment")).toEqual([]);
  });

  it("in a region whose context does not exist fail with the contexts that do", async () => {
    const engine = await open({ context: "region-z" });
    const result = await engine.preview();
    expect(describeFailure(result)).toMatch(new RegExp(`region-z.*${REGION}`, "s"));
  });
});

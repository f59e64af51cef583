import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { NAMESPACE } from "../../agent-runtime/src/contract.ts";
import type { Engine } from "../../local/engine/engine.ts";
import { describeFailure } from "../../local/engine/operation-result.ts";
import { LOCAL_KINDS } from "../../local/toolchain/crd-releases.ts";
import { createTemporaryEngine, type TemporaryEngine } from "../local/engine/temporary-engine.ts";
import { contentsOf } from "./cluster-contents.ts";
import { type StackUnderTest, startStackUnderTest, succeed } from "./stack-under-test.ts";
import { startTroubledApiServer } from "./troubled-api-server.ts";
import { settledPodsIn } from "./workloads.ts";

/** Context of the stack file's region. */
const REGION = "claude-agents-staging-eu";
const SLOW_MS = 120_000;
const IMAGE = `registry.example.com/claude-agents/agent-runtime@sha256:${"1".repeat(64)}`;
const NO_CHANGES = { created: 0, updated: 0, replaced: 0, deleted: 0 };

let stack: StackUnderTest;
let before: string[];
beforeAll(async () => {
  stack = await startStackUnderTest(REGION);
  before = await contentsOf(stack.kubectl(REGION));
});
afterAll(() => stack?.stop());

const open = (kubeconfig = stack.regions.place.kubeconfig) =>
  stack.open("staging", { image: IMAGE }, { env: { KUBECONFIG: kubeconfig } });

describe("the stack staging in one region", () => {
  it("is checked object by object in a preview that makes nothing", async () => {
    const { changes, diagnostics } = await succeed((await open()).preview());
    expect(changes.created).toBeGreaterThan(40);
    expect(diagnostics).toEqual([]);
    expect(await contentsOf(stack.kubectl(REGION))).toEqual(before);
  });

  it(
    "fault 16: comes up whole and goes down whole while the API server refuses, fails, loses answers and is slow",
    async () => {
      const troubled = await startTroubledApiServer(stack.regions.place.kubeconfig);
      onTestFinished(() => troubled.stop());

      const engine = await open(troubled.kubeconfig);
      const { changes } = await succeed(engine.up({ preview: false }));
      await settledPodsIn(stack.kubectl(REGION));
      expect((await succeed(engine.up({ preview: false, refresh: true }))).changes).toEqual({
        ...NO_CHANGES,
        unchanged: changes.created,
      });
      await succeed(engine.destroy());
      expect(await contentsOf(stack.kubectl(REGION))).toEqual(before);
      for (const count of ["overloaded", "faulty", "answer lost", "slow"] as const)
        expect(troubled.troubles.get(count)).toBeGreaterThan(3);
    },
    SLOW_MS,
  );
});

describe("the stack local", () => {
  it("has objects of exactly those kinds that `up` installs the definitions of, or demands", async () => {
    const types = new Set<string>();
    const engine = await stack.open(
      "local",
      {
        image: IMAGE,
        regions: [{ name: "region-a", context: REGION }],
      },
      { onEvent: (event) => event.kind === "resource" && types.add(event.type) },
    );
    await succeed(engine.preview());
    const defined = (await stack.kubectl(REGION).listJson("crds")).map(({ metadata }) => metadata.name);
    expect(
      [...types]
        .map(definitionOf)
        .filter((name) => defined.includes(name))
        .sort(),
    ).toEqual(LOCAL_KINDS);
  });
});

/** `kubernetes:example.com/v1:Gadget` is `gadgets.example.com`. */
function definitionOf(type: string): string {
  const [, version = "", kind = ""] = type.split(":");
  return `${kind.toLowerCase()}s.${version.split("/")[0]}`;
}

describe("the store of a region", () => {
  let temporary: TemporaryEngine;
  beforeAll(async () => {
    temporary = await createTemporaryEngine();
  });
  afterAll(() => temporary.remove());

  const openStore = (settings: Record<string, unknown>): Promise<Engine> => {
    const { kubeconfig } = stack.regions.place;
    const configOverrides = { kubeconfig, context: REGION, namespace: NAMESPACE, ...settings };
    return temporary.open("store", { configOverrides });
  };

  async function uids(): Promise<unknown[]> {
    const kinds = "statefulsets,pods,secrets,persistentvolumeclaims";
    const objects = await stack.kubectl(REGION).listJson(kinds, { namespace: NAMESPACE });
    return objects.map(({ metadata }) => metadata["uid"]);
  }

  it(
    "fault 17: keeps its set, its pods, its password and its volumes when its component is renamed",
    async () => {
      await succeed((await openStore({ name: "eu-valkey" })).up({ preview: false }));
      await settledPodsIn(stack.kubectl(REGION));
      const made = await uids();
      expect(made).toHaveLength(1 + 3 + 1 + 3);

      const renamed = await openStore({ name: "europe-store", formerName: "eu-valkey" });
      expect((await succeed(renamed.up({ preview: false }))).changes).toMatchObject(NO_CHANGES);
      expect(await uids()).toEqual(made);
    },
    SLOW_MS,
  );

  it(
    "fault 20: is not destroyed while it is protected, which the error says with the way out, and is afterwards",
    async () => {
      const settings = { name: "europe-store", formerName: "eu-valkey" };
      const guarded = await openStore({ ...settings, protect: true });
      await succeed(guarded.up({ preview: false }));
      const made = await uids();

      const refused = await guarded.destroy();
      expect(refused.outcome).toBe("failed");
      expect(describeFailure(refused)).toMatch(/europe-store.*cannot be deleted.*protect/s);
      expect(await uids()).toEqual(made);

      const released = await openStore({ ...settings, protect: false });
      await succeed(released.up({ preview: false }));
      await succeed(released.destroy());
      expect(await contentsOf(stack.kubectl(REGION))).toEqual(before);
    },
    SLOW_MS,
  );
});

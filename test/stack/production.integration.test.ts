import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { COORDINATOR, NAMESPACE } from "../../agent-runtime/src/contract.ts";
import type { Engine } from "../../local/engine/engine.ts";
import type { EngineEvent } from "../../local/engine/event-summary.ts";
import { describeFailure, type OperationResult } from "../../local/engine/operation-result.ts";
import { lockHolders } from "../../local/engine/stack-lock.ts";
import { contentsOf } from "./cluster-contents.ts";
import { accessReviews } from "./service-account-access.ts";
import { type StackUnderTest, startStackUnderTest, succeed } from "./stack-under-test.ts";
import {
  budgetsIn,
  isSelected,
  type ObservedPod,
  podsIn,
  requestEviction,
  settledPodsIn,
  workloadsIn,
} from "./workloads.ts";

/** Contexts of the stack file's regions. */
const REGIONS = ["claude-agents-prod-eu", "claude-agents-prod-us"] as const;
const [EU, US] = REGIONS;
const SLOW_MS = 120_000;
const HALF_OF_THE_RESOURCES = 45;

const image = (digit: string) =>
  `registry.example.com/claude-agents/agent-runtime@sha256:${digit.repeat(64)}`;
const NO_CHANGES = { created: 0, updated: 0, replaced: 0, deleted: 0 };

let stack: StackUnderTest;
let before: string[][];
beforeAll(async () => {
  stack = await startStackUnderTest(...REGIONS);
  before = await contents();
});
afterAll(() => stack?.stop());

const contents = () => Promise.all(REGIONS.map((region) => contentsOf(stack.kubectl(region))));

function open(more: Record<string, unknown> = {}, onEvent?: (event: EngineEvent) => void): Promise<Engine> {
  return stack.open("prod", { image: image("1"), ...more }, onEvent ? { onEvent } : {});
}

const update = async (engine: Engine): Promise<OperationResult> =>
  await succeed(engine.up({ preview: false }));
const holders = () => lockHolders(path.join(stack.stateDir, "engine", "backend"), "claude-agents", "prod");

describe("the stack prod in two regions with three zones each", () => {
  it(
    "fault 14, fault 15: a second update at once is refused, one killed on its way is finished by the next",
    async () => {
      const halfWay = Promise.withResolvers<void>();
      let made = 0;
      const engine = await open({}, (event) => {
        if (event.kind === "resource" && event.phase === "finished") made += 1;
        if (made === HALF_OF_THE_RESOURCES) halfWay.resolve();
      });
      const killed = engine.up({ preview: false });
      await Promise.race([halfWay.promise, killed.then(refuseEarlyEnd)]);
      const [holder] = await holders();
      if (holder === undefined) throw new Error("The stack is not locked while its update runs.");

      const second = await open();
      await expect(second.up()).rejects.toThrow(`Stack prod is being changed by process ${holder.pid}`);
      process.kill(holder.pid, "SIGKILL");
      expect(await killed).toMatchObject({ outcome: "failed" });

      const next = await open();
      const known = await next.resourceCount();
      const result = await update(next);
      expect(result.diagnostics.map(({ message }) => message)).toContainEqual(
        expect.stringContaining(`Released the lock of process ${holder.pid}`),
      );
      expect(known).toBeGreaterThan(0);
      expect(known).toBeLessThan(await next.resourceCount());
      expect((await update(next)).changes).toMatchObject(NO_CHANGES);
    },
    SLOW_MS,
  );

  it.each(REGIONS)("has every pod of %s running, evenly over the zones", async (region) => {
    const kubectl = stack.kubectl(region);
    const pods = await settledPodsIn(kubectl);
    expect(pods.length).toBeGreaterThanOrEqual(6);
    for (const workload of await workloadsIn(kubectl)) {
      const zones = pods.filter(({ owner }) => owner === workload.name).map(({ zone }) => zone);
      const counts = [1, 2, 3].map((zone) => zones.filter((each) => each === `${region}-z${zone}`).length);
      expect({ [workload.name]: Math.max(...counts) - Math.min(...counts) }).toEqual({
        [workload.name]: zones.length % 3 === 0 ? 0 : 1,
      });
    }
  });

  it("changes nothing when it is updated, refreshed and previewed again", async () => {
    const engine = await open();
    expect((await update(engine)).changes).toMatchObject(NO_CHANGES);
    expect((await succeed(engine.refresh())).changes).toMatchObject(NO_CHANGES);
    expect((await succeed(engine.preview())).changes).toMatchObject(NO_CHANGES);
  });

  it("moves its traffic by failover.primary: two records of DNS change and nothing else", async () => {
    const changed: string[] = [];
    const engine = await open({ failover: { primary: "us" } }, (event) => {
      if (event.kind !== "resource" || event.phase !== "finished") return;
      if (event.operation !== "same" && !event.type.startsWith("pulumi:")) changed.push(event.resource);
    });
    expect((await succeed(engine.preview())).changes).toMatchObject({ ...NO_CHANGES, updated: 2 });
    expect(new Set(changed)).toEqual(new Set(["aws-dns-eu-traffic", "aws-dns-us-traffic"]));
  });

  it("fault 18: leaves the replicas to whoever has changed them since", async () => {
    const kubectl = stack.kubectl(EU);
    await kubectl.run(["scale", "deployment", COORDINATOR, "--replicas", "5"], { namespace: NAMESPACE });
    const engine = await open();
    expect((await succeed(engine.up({ preview: false, refresh: true }))).changes).toMatchObject(NO_CHANGES);
    expect(await kubectl.getJson("deployment", COORDINATOR, { namespace: NAMESPACE })).toMatchObject({
      spec: { replicas: 5 },
    });
  });

  it.each([
    ["image", { image: image("2") }],
    ["gateway's configuration", { image: image("2"), gateway: { budgets: { fleet: { dayUsd: 4999 } } } }],
  ])(
    "replaces the pods of the runtime when its %s changes, in order, and leaves all others alone",
    async (_, change) => {
      const older = await allPods();
      const replaced = new Set<string>();
      const engine = await open(change, (event) => {
        if (event.kind === "resource" && event.operation === "replace") replaced.add(event.type);
      });
      const { changes } = await update(engine);
      expect(changes).toMatchObject({ created: 0, deleted: 0, updated: REGIONS.length });
      // Their names are hashes of what they hold, so that a pod never sees those of another version.
      expect([...replaced]).toEqual(["kubernetes:core/v1:ConfigMap"]);

      const newer = await allPods();
      const kept = newer.filter((pod) => older.some(({ uid }) => uid === pod.uid));
      expect(new Set(kept.map(isOfRuntime))).toEqual(new Set([false]));
      expect(kept).toHaveLength(older.filter((pod) => !isOfRuntime(pod)).length);
    },
    SLOW_MS,
  );

  it.each(REGIONS)("refuses pods in %s that are not confined", async (region) => {
    const kubectl = stack.kubectl(region);
    const attempt = (overrides: object) =>
      kubectl.run(
        [
          "run",
          "probe",
          "--image=example.com/probe",
          "--dry-run=server",
          `--overrides=${JSON.stringify(overrides)}`,
        ],
        { namespace: NAMESPACE },
      );
    const securityContext = { privileged: true };
    const containers = [{ name: "probe", image: "example.com/probe", securityContext }];
    await expect(attempt({ spec: { containers } })).rejects.toThrow(
      /violates PodSecurity "restricted:.*privileged/,
    );
    await expect(attempt({})).rejects.toThrow(/violates PodSecurity "restricted:.*runAsNonRoot/);
  });

  it.each(REGIONS)("lets no service account in %s do anything, and gives no pod a token", async (region) => {
    const kubectl = stack.kubectl(region);
    const { accounts, allowed, asked } = await accessReviews(kubectl, NAMESPACE);
    expect(accounts).toEqual(expect.arrayContaining([COORDINATOR, "default"]));
    expect(asked).toBeGreaterThan(30 * accounts.length);
    expect(allowed).toEqual([]);
    const pods = await podsIn(kubectl);
    expect(pods.filter(({ hasToken }) => hasToken).map(({ name }) => name)).toEqual([]);
  });

  it(
    "lets a drain take one pod of each workload at a time and no more",
    async () => {
      const kubectl = stack.kubectl(US);
      const nodes = (await kubectl.listJson("nodes")).map(({ metadata }) => metadata.name);
      await settledPodsIn(kubectl);
      // Simulated pods would be back, on another node, before the second one is asked for.
      await kubectl.run(["cordon", ...nodes]);
      const budgets = await budgetsIn(kubectl);
      // With two, the API server would refuse every eviction.
      for (const pod of await podsIn(kubectl)) {
        const own = budgets.filter(({ selector }) => isSelected(pod, selector));
        expect({ [pod.name]: own.map(({ name }) => name) }).toEqual({ [pod.name]: [pod.owner] });
      }
      for (const { name, selector } of budgets) {
        const [one = "", other = ""] = (await podsIn(kubectl))
          .filter((pod) => isSelected(pod, selector))
          .map(({ name }) => name);
        expect({ [name]: await requestEviction(kubectl, one) }).toEqual({ [name]: "evicted" });
        expect(await requestEviction(kubectl, other)).toContain("would violate the pod's disruption budget");
      }
      await kubectl.run(["uncordon", ...nodes]);
      await settledPodsIn(kubectl);
    },
    SLOW_MS,
  );

  it(
    "fault 20: leaves nothing in the regions when it is destroyed, and of AWS the backups, which the error explains",
    async () => {
      const engine = await open();
      const resources = await engine.resourceCount();
      const result = await engine.destroy();
      expect(result.outcome).toBe("failed");
      expect(describeFailure(result)).toMatch(
        /^aws-vault-\S+: resource .* cannot be deleted\s+because it is protected\. To unprotect/m,
      );
      expect(await contents()).toEqual(before);
      const kept = await engine.resourceCount();
      expect(kept).toBeGreaterThan(5);
      expect(kept).toBeLessThan(resources / 2);
    },
    SLOW_MS,
  );
});

function refuseEarlyEnd(result: OperationResult): never {
  throw new Error(`The update ended before it could be killed: ${describeFailure(result)}`);
}

async function allPods(): Promise<ObservedPod[]> {
  return (await Promise.all(REGIONS.map((region) => settledPodsIn(stack.kubectl(region))))).flat();
}

const isOfRuntime = ({ images }: ObservedPod) => images.some((each) => each.includes("/agent-runtime@"));

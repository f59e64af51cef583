import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { useExistingCluster } from "../../../local/region/existing.ts";
import { findFreePorts } from "../../../local/region/free-ports.ts";
import { statusOfRegions } from "../../../local/region/simulated.ts";
import { startTemporaryRegions, type TemporaryRegions } from "./temporary-regions.ts";

let regions: TemporaryRegions;

beforeAll(async () => {
  regions = await startTemporaryRegions("mine");
});

afterAll(async () => {
  await regions?.stop();
});

async function use(more: { context?: string; kubeconfig?: string } = {}) {
  const { kubeconfig } = regions.place;
  return await useExistingCluster({
    name: "region-a",
    context: "mine",
    kubeconfig,
    kubectl: regions.tools.kubectl.path,
    ...more,
  });
}

describe("useExistingCluster", () => {
  it("tells which cluster answers and that its nodes are pretended", async () => {
    expect(await use()).toMatchObject({
      name: "region-a",
      context: "mine",
      nodes: "existing",
      outcome: "unchanged",
      version: expect.stringMatching(/^v1\.\d+\.\d+/),
      hasSimulatedNodes: true,
      nodeCount: 3,
    });
  });

  it("takes nodes for real that kwok does not pretend", async () => {
    const kubectl = regions.kubectl("mine");
    const annotate = (value: string) => kubectl.run(["annotate", "nodes", "--all", "--overwrite", value]);
    await annotate("kwok.x-k8s.io/node-");
    onTestFinished(async () => {
      await annotate("kwok.x-k8s.io/node=fake");
    });

    expect((await use()).hasSimulatedNodes).toBe(false);
  });

  it("changes nothing", async () => {
    const before = await statusOfRegions(regions.place);
    const file = await readFile(regions.place.kubeconfig, "utf8");

    await use();

    const pids = (statuses: typeof before) => statuses.flatMap(({ parts }) => parts.map((part) => part.pid));
    expect(pids(await statusOfRegions(regions.place))).toEqual(pids(before));
    expect(await readFile(regions.place.kubeconfig, "utf8")).toBe(file);
  });

  it("names the contexts that there are when the wanted one is not among them", async () => {
    await expect(use({ context: "theirs" })).rejects.toThrow(
      `There is no context "theirs" in ${regions.place.kubeconfig}. It has mine.`,
    );
  });

  it("says that a cluster does not answer", async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), "kubeconfig-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const kubeconfig = path.join(folder, "config");
    const [port] = await findFreePorts(1);
    const text = await readFile(regions.place.kubeconfig, "utf8");
    await writeFile(kubeconfig, text.replace(/127\.0\.0\.1:\d+/, `127.0.0.1:${port}`));

    await expect(use({ kubeconfig })).rejects.toThrow(
      /^The cluster of context mine does not answer: .*connection.*refused.*or leave out --context/s,
    );
  });
});

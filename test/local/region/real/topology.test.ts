import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import type { RegionsPlace } from "../../../../local/region/contract.ts";
import { MAX_WORKERS } from "../../../../local/region/real/address-plan.ts";
import {
  layOut,
  readTopology,
  type Topology,
  writeTopology,
} from "../../../../local/region/real/topology.ts";

const TOPOLOGY: Topology = {
  block: 97,
  group: "claude-agents/default",
  regions: ["region-a", "region-b"],
  workers: 2,
};

let place: RegionsPlace;
beforeEach(async () => {
  const root = await mkdtemp(path.join(os.tmpdir(), "topology-"));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  place = { workDir: path.join(root, "regions"), kubeconfig: path.join(root, "kubeconfig.yaml") };
});

const writeRaw = (text: string) => writeFile(path.join(place.workDir, "topology.json"), text);

describe("the topology of an environment", () => {
  it("is none before anything was made", async () => {
    expect(await readTopology(place)).toBeUndefined();
  });

  it("is read as it was written, by the last who wrote it", async () => {
    await writeTopology(place, TOPOLOGY);
    await writeTopology(place, { ...TOPOLOGY, workers: 3 });

    expect(await readTopology(place)).toEqual({ ...TOPOLOGY, workers: 3 });
  });

  it("lies alone in a folder for its owner: no half-written one is left", async () => {
    await writeTopology(place, TOPOLOGY);

    expect(await readdir(place.workDir)).toEqual(["topology.json"]);
    expect((await stat(place.workDir)).mode & 0o777).toBe(0o700);
  });

  it.each([
    ["cut off", '{"block": 97'],
    ["without its block", '{"group": "g", "regions": ["region-a"], "workers": 1}'],
    ["with more workers than fit", JSON.stringify({ ...TOPOLOGY, workers: MAX_WORKERS + 1 })],
  ])(
    "is refused when it is %s, rather than taken for none: `down` would leave everything behind",
    async (_, text) => {
      await writeTopology(place, TOPOLOGY);
      await writeRaw(text);

      await expect(readTopology(place)).rejects.toThrow();
    },
  );
});

describe("the layout of an environment", () => {
  it("has each region's machines in its folder, with addresses and a control group of their own", () => {
    const [, second] = layOut(place, TOPOLOGY);

    expect(second).toMatchObject({
      name: "region-b",
      folder: path.join(place.workDir, "region-b"),
      controlPlane: {
        name: "region-b-control-plane",
        folder: path.join(place.workDir, "region-b", "region-b-control-plane"),
        block: 97,
        address: "10.97.0.16",
        controlGroup: "/claude-agents/default/region-b-control-plane",
      },
      workers: [
        { name: "region-b-worker-1", address: "10.97.0.17" },
        { name: "region-b-worker-2", address: "10.97.0.18" },
      ],
    });
  });

  it("gives no two machines the same name, folder, address or control group", () => {
    const machines = layOut(place, { ...TOPOLOGY, workers: MAX_WORKERS }).flatMap((region) => [
      region.controlPlane,
      ...region.workers,
    ]);

    for (const key of ["name", "folder", "address", "controlGroup"] as const) {
      expect([key, new Set(machines.map((machine) => machine[key])).size]).toEqual([
        key,
        2 * (1 + MAX_WORKERS),
      ]);
    }
  });

  it("leaves the machines that there are where they are when workers are added", () => {
    const before = layOut(place, TOPOLOGY).flatMap(({ workers }) => workers);
    const after = layOut(place, { ...TOPOLOGY, workers: 3 }).flatMap(({ workers }) => workers);

    expect(after).toEqual(expect.arrayContaining(before));
  });
});

import { mkdir, readdir, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import type { Instance } from "../../../local/environment/instance.ts";
import {
  type EnvironmentRecord,
  readRecord,
  requireRecord,
  requireSameClusters,
  writeRecord,
} from "../../../local/environment/record.ts";
import { temporaryInstance } from "./temporary-instance.ts";

const RECORD: EnvironmentRecord = {
  nodes: "real",
  workers: 2,
  gateway: true,
  regions: [
    {
      name: "region-a",
      role: "primary",
      context: "region-a",
      kubeconfig: "/state/kubeconfig.yaml",
      endpoints: ["http://10.96.0.9:8080", "http://10.96.0.10:8080"],
    },
  ],
  frontDoorPort: 8787,
  upstream: "simulated",
  tools: { pulumi: "/tools/pulumi", kubectl: "/tools/kubectl" },
};

async function writeRaw(instance: Instance, text: string): Promise<void> {
  await mkdir(instance.stateDir, { recursive: true });
  await writeFile(path.join(instance.stateDir, "environment.json"), text);
}

describe("the record of an environment", () => {
  it("is none before the first `up`, and commands that need one say how to get it", async () => {
    const instance = await temporaryInstance();

    expect(await readRecord(instance)).toBeUndefined();
    await expect(requireRecord(instance)).rejects.toThrow("Bring one up with: npm run up");
  });

  it("is read as it was written, by its owner alone, with no half-written one beside it", async () => {
    const instance = await temporaryInstance();

    await writeRecord(instance, RECORD);

    expect(await requireRecord(instance)).toEqual(RECORD);
    expect(await readdir(instance.stateDir)).toEqual(["environment.json"]);
    const { mode } = await stat(path.join(instance.stateDir, "environment.json"));
    expect(mode & 0o777).toBe(0o600);
  });

  it("of a version before there were gateways and several endpoints is read as having neither", async () => {
    const instance = await temporaryInstance();
    const region = { name: "region-a", role: "primary", context: "region-a", kubeconfig: "k" };
    const { workers: _, gateway: __, ...rest } = RECORD;
    const old = { ...rest, nodes: "simulated", regions: [{ ...region, address: "127.77.0.1" }] };
    await writeRaw(instance, JSON.stringify(old));

    expect(await readRecord(instance)).toEqual({
      ...old,
      gateway: false,
      regions: [{ ...region, address: "127.77.0.1", endpoints: [] }],
    });
  });

  it.each([
    ["cut off", '{"nodes": "real"'],
    ["of something else", '{"nodes": "imagined"}'],
  ])("is refused with its path when it is %s: it says what `down` has to take down", async (_, text) => {
    const instance = await temporaryInstance();
    await writeRaw(instance, text);

    await expect(readRecord(instance)).rejects.toThrow(
      `The record of the environment test cannot be read (${instance.stateDir}/environment.json)`,
    );
  });
});

describe("an environment stays on its clusters", () => {
  it("and may be on any before it was brought up", async () => {
    await expect(requireSameClusters(await temporaryInstance(), RECORD)).resolves.toBeUndefined();
  });

  it("when it is brought up on the same again, be it with more workers", async () => {
    const instance = await temporaryInstance();
    const wanted = { ...RECORD, workers: 3 };
    await writeRecord(instance, RECORD);

    await expect(requireSameClusters(instance, wanted)).resolves.toBeUndefined();
  });

  it("and refuses nodes of another kind, naming both and two ways out", async () => {
    const instance = await temporaryInstance();
    await writeRecord(instance, RECORD);

    await expect(requireSameClusters(instance, { ...RECORD, nodes: "simulated" })).rejects.toThrow(
      "The environment test was brought up on region-a (/state/kubeconfig.yaml) with real nodes, " +
        "not on region-a (/state/kubeconfig.yaml) with simulated nodes. " +
        "Take it down first (npm run down), or bring up another one beside it with CLAUDE_AGENTS_INSTANCE.",
    );
  });

  it("and refuses clusters of the user's, or others of them", async () => {
    const instance = await temporaryInstance();
    const region = { context: "mine", kubeconfig: "/home/me/.kube/config" };
    await writeRecord(instance, RECORD);

    await expect(requireSameClusters(instance, { nodes: "existing", regions: [region] })).rejects.toThrow(
      "with real nodes, not on mine (/home/me/.kube/config) with nodes of yours.",
    );
  });

  it("and refuses fewer regions or more", async () => {
    const instance = await temporaryInstance();
    const second = { context: "region-b", kubeconfig: "/state/kubeconfig.yaml" };
    await writeRecord(instance, RECORD);

    await expect(
      requireSameClusters(instance, { nodes: "real", regions: [...RECORD.regions, second] }),
    ).rejects.toThrow("not on region-a (/state/kubeconfig.yaml), region-b (/state/kubeconfig.yaml)");
  });
});

import { describe, expect, it } from "vitest";
import {
  offerVolumes,
  persistentVolume,
  storageClass,
  VOLUMES_PER_NODE,
  volumesOf,
} from "../../../local/region/ready-made-volumes.ts";
import { ScriptedKubectl } from "./scripted-kubectl.ts";

const [ONE, TWO, ...REST] = volumesOf("worker-1", "/run/machine/volumes");
if (ONE === undefined || TWO === undefined) throw new Error("a node has two volumes at least");

/** A cluster in which volumes are in these phases. */
function clusterWith(phases: Readonly<Record<string, string | undefined>>): ScriptedKubectl {
  const items = Object.entries(phases).map(([name, phase]) => ({
    metadata: { name },
    ...(phase === undefined ? {} : { status: { phase } }),
  }));
  return new ScriptedKubectl({
    "get persistentvolumes": JSON.stringify({ items }),
    "delete persistentvolumes": "",
    "apply --server-side": "",
  });
}

const applied = (kubectl: ScriptedKubectl) =>
  kubectl.calls.flatMap(({ args, input }) => (args[0] === "apply" ? [input] : []));
const deleted = (kubectl: ScriptedKubectl) =>
  kubectl.calls.flatMap(({ args }) => (args[0] === "delete" ? [args.slice(2)] : []));
const listOf = (...items: object[]) => ({ apiVersion: "v1", kind: "List", items });

describe("the volumes of a node", () => {
  it("have names of their own among all nodes, and folders of their own on theirs", () => {
    const volumes = ["worker-1", "worker-2"].flatMap((node) => volumesOf(node, "/volumes"));

    expect(volumes).toHaveLength(2 * VOLUMES_PER_NODE);
    expect(new Set(volumes.map(({ name }) => name)).size).toBe(2 * VOLUMES_PER_NODE);
    expect(volumes[0]).toEqual({ name: "worker-1-volume-1", node: "worker-1", path: "/volumes/volume-1" });
  });

  it("are used on that node alone", () => {
    expect(persistentVolume(ONE)).toMatchObject({
      metadata: { name: "worker-1-volume-1" },
      spec: {
        local: { path: "/run/machine/volumes/volume-1" },
        nodeAffinity: {
          required: {
            nodeSelectorTerms: [
              { matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: ["worker-1"] }] },
            ],
          },
        },
      },
    });
  });

  it("serve claims that name no class, once their pod has a node", () => {
    expect(storageClass).toMatchObject({
      metadata: { annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
      volumeBindingMode: "WaitForFirstConsumer",
    });
    expect(persistentVolume(ONE)).toMatchObject({ spec: { storageClassName: storageClass.metadata.name } });
  });
});

describe("offering volumes", () => {
  it("registers those that are missing, all in one call", async () => {
    const kubectl = clusterWith({ [ONE.name]: "Available" });

    await offerVolumes([ONE, TWO, ...REST], kubectl);

    expect(applied(kubectl)).toEqual([listOf(...[TWO, ...REST].map(persistentVolume))]);
    expect(deleted(kubectl)).toEqual([]);
  });

  it.each(["Available", "Bound", "Pending", undefined])("leaves one alone that is %s", async (phase) => {
    const kubectl = clusterWith({ [ONE.name]: phase });

    await offerVolumes([ONE], kubectl);

    expect(kubectl.calls).toHaveLength(1);
  });

  it.each(["Released", "Failed"])(
    "takes one back that is %s: first erased, then unregistered, then offered",
    async (phase) => {
      const kubectl = clusterWith({ [ONE.name]: phase, [TWO.name]: "Bound" });
      const erased: string[] = [];

      await offerVolumes([ONE, TWO], kubectl, {
        erase: async ({ path }) => {
          erased.push(path);
          // An interruption that comes now must find it as it was, or its data would be offered with it.
          expect([deleted(kubectl).length, applied(kubectl).length]).toEqual([0, 0]);
        },
      });

      expect(erased).toEqual([ONE.path]);
      expect(deleted(kubectl)).toEqual([[ONE.name, "--ignore-not-found"]]);
      expect(applied(kubectl)).toEqual([listOf(persistentVolume(ONE))]);
    },
  );

  it("offers none that it could not erase: somebody would get another's data", async () => {
    const kubectl = clusterWith({ [ONE.name]: "Released" });
    const erase = () => Promise.reject(new Error("busy"));

    await expect(offerVolumes([ONE], kubectl, { erase })).rejects.toThrow("busy");
    expect([deleted(kubectl), applied(kubectl)]).toEqual([[], []]);
  });

  it("does not touch volumes of others, whatever their phase", async () => {
    const kubectl = clusterWith({ theirs: "Released", [ONE.name]: "Bound" });

    await offerVolumes([ONE], kubectl);

    expect(kubectl.calls).toHaveLength(1);
  });
});

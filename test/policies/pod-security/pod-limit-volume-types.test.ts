import { describe, expect, it } from "vitest";
import { podLimitVolumeTypes } from "../../../policies/pod-security/pod-limit-volume-types.ts";
import { UNKNOWN } from "../judge.ts";
import { judgePod, NOTHING } from "./judge-pod.ts";

const judgeVolume = (volume: unknown, config = {}) =>
  judgePod(podLimitVolumeTypes, { volumes: [volume] }, { config });

/** As the restricted standard lists them. */
const ALLOWED = [
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "image",
  "persistentVolumeClaim",
  "projected",
  "secret",
];
const REFUSED = [
  "awsElasticBlockStore",
  "azureDisk",
  "azureFile",
  "cephfs",
  "cinder",
  "fc",
  "flexVolume",
  "flocker",
  "gcePersistentDisk",
  "gitRepo",
  "glusterfs",
  "iscsi",
  "nfs",
  "photonPersistentDisk",
  "portworxVolume",
  "quobyte",
  "rbd",
  "scaleIO",
  "storageos",
  "vsphereVolume",
  "somethingNew",
];

describe("pod-limit-volume-types", () => {
  it.each(ALLOWED)("allows %s", async (type) => {
    expect(await judgeVolume({ name: "data", [type]: {} })).toEqual(NOTHING);
  });

  it.each(REFUSED)("refuses %s", async (type) => {
    const { violations } = await judgeVolume({ name: "data", [type]: {} });
    expect(violations).toEqual([expect.stringContaining(`the volume "data" is of the type "${type}"`)]);
  });

  it("says where, why and what to do", async () => {
    expect((await judgeVolume({ nfs: {} })).violations).toEqual([
      `Deployment ai-agents/subject, at .spec.template.spec.volumes[0].nfs: the volume "(unnamed)" is of the type "nfs"; allowed: ${ALLOWED.join(", ")}. Use a persistentVolumeClaim, whose storage class decides what lies behind.`,
    ]);
  });

  it.each([
    ["no type, which means emptyDir", { name: "data" }],
    ["a type that is null", { name: "data", nfs: null }],
    ["a hostPath, which another policy refuses", { name: "data", hostPath: { path: "/" } }],
  ])("allows %s", async (_, volume) => {
    expect(await judgeVolume(volume)).toEqual(NOTHING);
  });

  it("refuses a second type beside an allowed one", async () => {
    expect((await judgeVolume({ name: "data", emptyDir: {}, nfs: {} })).violations).toHaveLength(1);
  });

  it("takes the allowed types from the configuration", async () => {
    const config = { allowedTypes: ["nfs"] };
    expect(await judgeVolume({ name: "data", nfs: {} }, config)).toEqual(NOTHING);
    expect((await judgeVolume({ name: "data", emptyDir: {} }, config)).violations).toEqual([
      expect.stringContaining("allowed: nfs."),
    ]);
  });

  it.each([
    ["a volume", UNKNOWN, ".volumes[0]"],
    ["a type that is not allowed", { name: "data", nfs: UNKNOWN }, ".volumes[0].nfs"],
  ])("leaves %s undecided while it is not known", async (_, volume, path) => {
    const { violations, undecided } = await judgeVolume(volume);
    expect(violations).toEqual([]);
    expect(undecided).toContain(path);
  });

  it("does not ask for the content of an allowed volume", async () => {
    expect(await judgeVolume({ name: UNKNOWN, emptyDir: UNKNOWN })).toEqual(NOTHING);
  });

  it("refuses the object where a volume is of another type", async () => {
    await expect(judgeVolume("data")).rejects.toThrow("expected an object");
  });
});

import { describe, expect, it } from "vitest";
import { persistentVolumeDisallowNodeFolder } from "../../../policies/workloads/persistent-volume-disallow-node-folder.ts";
import { judge, UNKNOWN } from "../judge.ts";

const volume = (spec: unknown, kind = "PersistentVolume") => ({
  apiVersion: "v1",
  kind,
  metadata: { name: "subject" },
  spec,
});
const judgeVolume = (spec: unknown, config = {}) =>
  judge(persistentVolumeDisallowNodeFolder, volume(spec), { config });
const DISKS = { localFolders: ["/mnt/disks", "/srv/"] };

describe("persistent-volume-disallow-node-folder", () => {
  it.each([
    [undefined],
    [{}],
    [{ hostPath: null, local: null, nfs: { server: "files.example.com", path: "/" } }],
    [{ csi: { driver: "ebs.csi.aws.com", volumeHandle: "vol-0123456789abcdef0" } }],
  ])("allows %j", async (spec) => {
    expect(await judgeVolume(spec)).toEqual({ violations: [], undecided: undefined });
  });

  it.each([
    [{ hostPath: { path: "/" } }, 'at .spec.hostPath: it is a folder of its node, whose path is "/".'],
    [{ hostPath: {} }, "it is a folder of its node"],
    [{ hostPath: { path: UNKNOWN } }, "whose path is not known yet."],
    [
      { local: { path: "/etc" } },
      'at .spec.local.path: it is the folder "/etc" of its node; allowed are folders below: none.',
    ],
    [{ local: {} }, "it is the folder undefined of its node"],
    [{ local: { path: ["/mnt/disks/a"] } }, "it is the folder"],
  ])("refuses %j", async (spec, words) => {
    expect((await judgeVolume(spec)).violations).toEqual([expect.stringContaining(words)]);
  });

  it.each(["/mnt/disks/a", "/mnt/disks/a/b", "/srv/a"])(
    "allows the disk %s where it may be",
    async (path) => {
      expect((await judgeVolume({ local: { path } }, DISKS)).violations).toEqual([]);
    },
  );

  it.each(["/mnt/disks", "/mnt/disks-of-others/a", "/mnt/disks/../../etc", "/x/mnt/disks/a", "srv/a", ""])(
    "refuses the disk %j, which is not below a folder for disks",
    async (path) => {
      expect((await judgeVolume({ local: { path } }, DISKS)).violations).toEqual([
        expect.stringContaining("allowed are folders below: /mnt/disks, /srv/."),
      ]);
    },
  );

  it("refuses a hostPath even below a folder for disks", async () => {
    expect((await judgeVolume({ hostPath: { path: "/mnt/disks/a" } }, DISKS)).violations).toHaveLength(1);
  });

  it("fails closed where a source is no object", async () => {
    await expect(judgeVolume({ local: "/etc" })).rejects.toThrow("expected an object");
    await expect(judgeVolume({ hostPath: "/etc" })).rejects.toThrow("expected an object");
  });

  it("says nothing about other kinds", async () => {
    const other = volume({ hostPath: { path: "/" } }, "ConfigMap");
    expect((await judge(persistentVolumeDisallowNodeFolder, other)).violations).toEqual([]);
  });

  it.each([
    ["hostPath", { hostPath: UNKNOWN }, ".spec.hostPath;"],
    ["local", { local: UNKNOWN }, ".spec.local"],
    ["a path", { local: { path: UNKNOWN } }, ".spec.local.path;"],
  ])("leaves %s that is not known yet undecided", async (_, spec, path) => {
    const { violations, undecided } = await judgeVolume(spec);
    expect(violations).toEqual([]);
    expect(undecided).toContain(path);
  });
});

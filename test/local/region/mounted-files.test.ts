import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { ConfigSources, PodContainer, Volume } from "../../../local/region/container-spec.ts";
import { hostPathOf, mountedFiles, writeMounts } from "../../../local/region/mounted-files.ts";

const SOURCES: ConfigSources = {
  configMaps: new Map([["files", { "a.yaml": "a", "b.yaml": "b" }]]),
  secrets: new Map([["certificates", { "tls.key": "k" }]]),
};

function mounted(volume: Volume, mount: Partial<PodContainer["volumeMounts"][number]> = {}) {
  const container = {
    name: "c",
    env: [],
    envFrom: [],
    volumeMounts: [{ name: volume.name, mountPath: "/app/config", ...mount }],
  };
  return mountedFiles({ containers: [container], volumes: [volume] }, container, SOURCES);
}

describe("mountedFiles", () => {
  it("holds every key of a mounted ConfigMap", () => {
    expect(mounted({ name: "v", configMap: { name: "files" } })).toEqual(
      new Map([["/app/config", { "a.yaml": "a", "b.yaml": "b" }]]),
    );
  });

  it("holds the chosen keys under their chosen paths", () => {
    const items = [{ key: "b.yaml", path: "sub/other.yaml" }];

    expect(mounted({ name: "v", configMap: { name: "files", items } })).toEqual(
      new Map([["/app/config", { "sub/other.yaml": "b" }]]),
    );
  });

  it("holds mounted Secrets too", () => {
    expect(mounted({ name: "v", secret: { secretName: "certificates" } })).toEqual(
      new Map([["/app/config", { "tls.key": "k" }]]),
    );
  });

  it("leaves out volumes that hold no configuration", () => {
    expect(mounted({ name: "scratch" })).toEqual(new Map());
  });

  it("is an empty folder for an optional ConfigMap that does not exist", () => {
    expect(mounted({ name: "v", configMap: { name: "absent", optional: true } })).toEqual(
      new Map([["/app/config", {}]]),
    );
  });

  it.each<[string, Volume, string]>([
    [
      "a ConfigMap that does not exist",
      { name: "v", configMap: { name: "absent" } },
      "ConfigMap absent is mounted but",
    ],
    [
      "a key that does not exist",
      { name: "v", secret: { secretName: "certificates", items: [{ key: "x", path: "x" }] } },
      "Secret certificates is mounted but has no key x",
    ],
  ])("refuses %s", (_, volume, message) => {
    expect(() => mounted(volume)).toThrow(message);
  });

  it("refuses a single file of a volume", () => {
    expect(() => mounted({ name: "v", configMap: { name: "files" } }, { subPath: "a.yaml" })).toThrow(
      "subPath a.yaml",
    );
  });
});

describe("writeMounts", () => {
  it("replaces the files of an earlier start and lets only the owner read them", async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), "mounts-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    await writeMounts(folder, new Map([["/app/config", { "old.yaml": "old" }]]));

    await writeMounts(folder, new Map([["/app/config", { "sub/new.yaml": "new" }]]));

    const config = hostPathOf(folder, "/app/config");
    expect(await readFile(path.join(config, "sub/new.yaml"), "utf8")).toBe("new");
    expect((await stat(path.join(config, "sub/new.yaml"))).mode & 0o077).toBe(0);
    await expect(stat(path.join(config, "old.yaml"))).rejects.toThrow("ENOENT");
  });

  it("never writes outside its folder, whatever the mount path", () => {
    expect(hostPathOf("/state/mounts", "/../../etc")).toBe("/state/mounts/etc");
  });
});

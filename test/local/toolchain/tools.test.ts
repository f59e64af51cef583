import { readFile } from "node:fs/promises";
import path from "node:path";
import semver from "semver";
import { describe, expect, test } from "vitest";
import { minimumGoVersion, toolNames, toolTable } from "../../../local/toolchain/tools.ts";

const repository = path.join(import.meta.dirname, "../../..");

/** Published as images, and not as files. */
const IMAGES_ALONE: ReadonlySet<string> = new Set([
  "metrics-server",
  "argo-rollouts",
  "keda-operator",
  "keda-metrics-adapter",
]);

describe.each(toolNames)("the row of %s", (name) => {
  const spec = toolTable[name];

  test("is called like its key", () => {
    expect(spec.name).toBe(name);
  });

  test("accepts the version that it downloads or builds", () => {
    expect(semver.satisfies(spec.version, spec.accepts)).toBe(true);
  });

  test("downloads over TLS, checksum included, where it is published as a file", () => {
    const { download } = spec;
    const urls = download === undefined ? [] : [download.url, download.checksum.url];
    expect(urls.filter((url) => !url.startsWith("https:"))).toEqual([]);
    expect(download === undefined).toBe(IMAGES_ALONE.has(name));
  });

  test("builds from a wrapper module that pins the same version and needs no newer Go", async () => {
    const directory = spec.goModule?.directory ?? "";
    const goMod = await readFile(path.join(directory, "go.mod"), "utf8");
    const goSum = await readFile(path.join(directory, "go.sum"), "utf8");
    const lines = goMod.split("\n").filter((line) => !line.includes("=>"));
    const moduleVersion = spec.goModule?.moduleVersion ?? spec.version;
    const required = lines.find((line) => line.endsWith(` v${moduleVersion}`));
    const pinned = required
      ?.replace(/^require /, "")
      .trim()
      .split(" ")[0];

    expect(spec.goModule?.packagePath.startsWith(pinned ?? "no such module")).toBe(true);
    expect(goSum).toContain(`${pinned} v${moduleVersion} h1:`);
    expect(/^go (.+)$/m.exec(goMod)?.[1]).toBe(minimumGoVersion);
  });
});

test.each([
  ["pulumi", "v3.259.0"],
  ["etcd", "etcd Version: 3.6.14\nGit SHA: abc\nGo Version: go1.26.8"],
  ["kube-apiserver", "Kubernetes v1.35.4"],
  ["kubectl", '{ "clientVersion": {\n "gitVersion": "v1.35.4",\n "goVersion": "go1.26.8" } }'],
  ["kwok", "kwok version v0.8.0 go1.26.8 (linux/amd64)"],
  ["coredns", "CoreDNS-1.14.7\nlinux/amd64, go1.26.8, "],
  ["metrics-server", "v0.9.0"],
  ["traefik", "Version:      3.6.12\nCodename:     cheddar\nGo version:   go1.26.8"],
  ["oras", "Version:        1.3.4\nGo version:     go1.26.8"],
  ["promtool", "promtool, version 3.15.0 (branch: , revision: unknown)"],
  ["prometheus", "prometheus, version 3.15.0 (branch: HEAD, revision: abc)"],
  ["argo-rollouts", "v1.9.2+unknown"],
  ["keda-operator", "github.com/kedacore/keda/v2@v2.21.0/cmd/operator/main.go:163"],
  ["keda-metrics-adapter", "github.com/kedacore/keda/v2@v2.21.0/cmd/adapter/main.go:213"],
  ["kwokctl", "kwokctl version 0.8.0 go1.25.1 (linux/amd64)"],
] as const)("%s is recognised by what it prints", (name, output) => {
  const { probe, version } = toolTable[name];
  expect(semver.valid(probe.pattern.exec(output)?.[1])).toBe(version);
});

test.each([
  ["kubectl", "1.34.0", true],
  ["kubectl", "1.36.9", true],
  ["kubectl", "1.33.9", false],
  ["kubectl", "1.37.0-alpha.1", false],
  ["kube-apiserver", "1.35.9", true],
  ["kube-apiserver", "1.36.0", false],
  ["pulumi", "3.300.0", true],
  ["pulumi", "3.258.0", false],
] as const)("%s %s on PATH is suitable: %s", (name, version, suitable) => {
  expect(semver.satisfies(version, toolTable[name].accepts, { includePrerelease: true })).toBe(suitable);
});

test("the SDK is not newer than the Pulumi CLI", async () => {
  const manifest = JSON.parse(await readFile(path.join(repository, "package.json"), "utf8"));
  expect(semver.lte(manifest.dependencies["@pulumi/pulumi"], toolTable.pulumi.version)).toBe(true);
});

import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Machine, thisMachine } from "../../../local/preflight/machine.ts";
import { PreflightError, type PreflightNeeds, preflight } from "../../../local/preflight/preflight.ts";

const GIB = 1024 ** 3;

/** A machine that has everything. */
function machine(more: Partial<Machine> = {}): Machine {
  return {
    platform: "linux",
    arch: "x64",
    availableMemoryBytes: () => 16 * GIB,
    inspectFolder: async (existing) => ({ existing, isWritable: true, freeBytes: 100 * GIB, device: 1 }),
    listenFailure: async () => undefined,
    goVersion: async () => "1.26.8",
    ...more,
  };
}

function needs(more: Partial<PreflightNeeds> = {}): PreflightNeeds {
  return {
    folders: [
      { path: "/state", bytes: GIB, purpose: "state" },
      { path: "/cache", bytes: 8 * GIB, purpose: "tool cache" },
    ],
    memoryBytes: 2 * GIB,
    endpoints: [{ host: "127.0.0.1", port: 8787, purpose: "The front door" }],
    missingTools: [],
    minimumGoVersion: "1.26.0",
    ...more,
  };
}

async function failure(given: PreflightNeeds, on: Machine): Promise<PreflightError> {
  const result = await preflight(given, on).catch((error: unknown) => error);
  if (result instanceof PreflightError) return result;
  throw new Error("the preflight found nothing fatal");
}

describe("preflight", () => {
  it("finds nothing on a machine that has everything", async () => {
    expect(await preflight(needs(), machine())).toEqual({ findings: [], estimateMinutes: 0 });
  });

  it.each<[NodeJS.Platform, NodeJS.Architecture]>([
    ["linux", "arm64"],
    ["darwin", "arm64"],
    ["darwin", "x64"],
  ])("accepts %s %s", async (platform, arch) => {
    expect((await preflight(needs(), machine({ platform, arch }))).findings).toEqual([]);
  });

  it("sends users of Windows to WSL", async () => {
    const { message } = await failure(needs(), machine({ platform: "win32" }));

    expect(message).toContain("does not run on win32 x64");
    expect(message).toContain("Fix: use WSL 2");
  });

  it("adds up what folders on one disk need", async () => {
    const small = machine({
      inspectFolder: async (existing) => ({ existing, isWritable: true, freeBytes: 8.5 * GIB, device: 1 }),
    });

    expect((await failure(needs(), small)).message).toContain(
      "Too little disk space for state (/state) and tool cache (/cache): 8.5 GiB free, 9.0 GiB needed.",
    );
  });

  it("judges each disk by its own folders", async () => {
    const two = machine({
      inspectFolder: async (existing) => ({
        existing,
        isWritable: true,
        freeBytes: 8.5 * GIB,
        device: existing === "/state" ? 1 : 2,
      }),
    });

    expect((await preflight(needs(), two)).findings).toEqual([]);
  });

  it("names a folder that cannot be written", async () => {
    const foreign = machine({
      inspectFolder: async () => ({
        existing: "/home/other",
        isWritable: false,
        freeBytes: 100 * GIB,
        device: 1,
      }),
    });

    expect((await failure(needs(), foreign)).message).toContain("/home/other is not yours to write");
  });

  it.each<[number, "none" | "warning" | "fatal"]>([
    [2, "none"],
    [1.9, "warning"],
    [1, "warning"],
    [0.9, "fatal"],
  ])("takes %d GiB of available memory for 2 needed as %s", async (available, severity) => {
    const report = preflight(needs(), machine({ availableMemoryBytes: () => available * GIB }));

    if (severity === "fatal")
      await expect(report).rejects.toThrow("Little memory: 0.9 GiB available, 2.0 GiB needed");
    else
      expect((await report).findings.map((found) => found.severity)).toEqual(
        severity === "none" ? [] : ["warning"],
      );
  });

  it.each<[string, NodeJS.Platform, string]>([
    ["EADDRINUSE", "linux", "lsof -nP -iTCP:8787 -sTCP:LISTEN"],
    ["EADDRNOTAVAIL", "darwin", "sudo ifconfig lo0 alias 127.0.0.1 up"],
    ["EADDRNOTAVAIL", "linux", "sudo ip address add 127.0.0.1/8 dev lo"],
    ["EACCES", "linux", "choose another port"],
  ])("has a fix for %s on %s", async (code, platform, fix) => {
    const { message } = await failure(needs(), machine({ platform, listenFailure: async () => code }));

    expect(message).toContain(`The front door cannot listen on 127.0.0.1:8787 (${code}).`);
    expect(message).toContain(fix);
  });

  it.each([
    [undefined, "Go is not installed, so etcd, kubectl can only be downloaded"],
    ["1.25.9", "Go is 1.25.9, so etcd, kubectl can only be downloaded"],
  ])("warns when tools are missing and Go is %s", async (version, message) => {
    const missingTools = ["etcd", "kubectl"].map((name) => ({ name, estimateSeconds: 60 }));

    const { findings } = await preflight(
      needs({ missingTools }),
      machine({ goVersion: async () => version }),
    );

    expect(findings).toMatchObject([{ severity: "warning", message: expect.stringContaining(message) }]);
  });

  it.each(["1.26.0", "1.26.10", "2.0.0"])("is content with Go %s", async (version) => {
    const missingTools = [{ name: "etcd", estimateSeconds: 1 }];

    expect(
      (await preflight(needs({ missingTools }), machine({ goVersion: async () => version }))).findings,
    ).toEqual([]);
  });

  it("does not ask for Go when no tool is missing", async () => {
    const without = machine({
      goVersion: async () => {
        throw new Error("asked");
      },
    });

    expect((await preflight(needs(), without)).findings).toEqual([]);
  });

  it("estimates the minutes until all missing tools are there", async () => {
    const missingTools = [
      { name: "etcd", estimateSeconds: 35 },
      { name: "kube-apiserver", estimateSeconds: 245 },
    ];

    expect((await preflight(needs({ missingTools }), machine())).estimateMinutes).toBe(5);
  });

  it("lists everything fatal in one error", async () => {
    const poor = machine({
      platform: "win32",
      availableMemoryBytes: () => 0,
      listenFailure: async () => "EADDRINUSE",
    });

    expect((await failure(needs(), poor)).findings).toHaveLength(3);
  });
});

describe("thisMachine", () => {
  it("asks the nearest folder above one that does not exist yet", async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), "machine-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));

    const place = await thisMachine.inspectFolder(path.join(folder, "a/b"));

    expect(place).toMatchObject({ existing: folder, isWritable: true });
    expect(place.freeBytes).toBeGreaterThan(0);
  });

  it("notices a port in use", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => {
      server.close();
    });
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" ? (address?.port ?? 0) : 0;

    expect(await thisMachine.listenFailure({ host: "127.0.0.1", port })).toBe("EADDRINUSE");
  });

  it("knows how much memory is available", () => {
    expect(thisMachine.availableMemoryBytes()).toBeGreaterThan(0);
  });
});

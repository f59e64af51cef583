import { mkdtemp, rm, symlink } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { watchesIn, watchHindrance } from "../../../../local/region/real/file-watches.ts";

const REGION = { controlPlanes: 1, workers: 1 };

describe("the machines' watches on files", () => {
  it("are no hindrance on a host with the usual limit", () => {
    expect(watchHindrance({ controlPlanes: 2, workers: 2 }, { limit: 128, taken: 20 })).toBeUndefined();
  });

  it("may be as many as the limit leaves, and not one more", () => {
    expect(watchHindrance(REGION, { limit: 128, taken: 113 })).toBeUndefined();
    expect(watchHindrance(REGION, { limit: 128, taken: 114 })).toBe(
      "The machines need 15 instances of inotify; this host allows root 128, of which 114 are taken. " +
        "Ask for fewer workers, take another environment down, or allow more: " +
        "sysctl -w fs.inotify.max_user_instances=1024",
    );
  });

  it("hinder the largest environments on such a host", () => {
    expect(watchHindrance({ controlPlanes: 2, workers: 14 }, { limit: 128, taken: 10 })).toContain(
      "need 126",
    );
  });
});

describe("the watches of a process", () => {
  it("are counted among its open files", async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), "open-files-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const targets = ["/dev/null", "anon_inode:inotify", "anon_inode:[eventpoll]", "anon_inode:inotify"];
    await Promise.all(targets.map((target, number) => symlink(target, path.join(folder, String(number)))));

    expect(await watchesIn(folder)).toBe(2);
  });

  it("are none once it has ended", async () => {
    expect(await watchesIn("/proc/none/fd")).toBe(0);
  });
});

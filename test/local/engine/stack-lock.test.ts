import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lockHolders } from "../../../local/engine/stack-lock.ts";

let backend: string;
let locks: string;
beforeEach(async () => {
  backend = await mkdtemp(path.join(os.tmpdir(), "backend-"));
  locks = path.join(backend, ".pulumi", "locks", "organization", "shop", "local");
  await mkdir(locks, { recursive: true });
});
afterEach(() => rm(backend, { recursive: true }));

const SINCE = "2026-01-02T03:04:05Z";

async function lock(pid: number, hostname: string) {
  const content = { pid, username: "me", hostname, timestamp: SINCE };
  await writeFile(path.join(locks, `${pid}.json`), JSON.stringify(content));
  await writeFile(path.join(locks, `${pid}.json.attrs`), "{}");
}

const holders = () => lockHolders(backend, "shop", "local");

describe("the lock of a stack", () => {
  it("has no holder when nobody has ever taken it", async () => {
    await rm(locks, { recursive: true });
    expect(await holders()).toEqual([]);
  });

  it("of a process that has ended is stale", async () => {
    await lock(4_194_304, os.hostname());
    expect(await holders()).toEqual([
      { pid: 4_194_304, hostname: os.hostname(), since: SINCE, alive: false },
    ]);
  });

  it("is stale when its process id now belongs to another program", async () => {
    await lock(process.pid, os.hostname());
    expect(await holders()).toMatchObject([{ alive: false }]);
  });

  it("of another machine may still be held", async () => {
    await lock(4_194_304, "elsewhere");
    expect(await holders()).toMatchObject([{ alive: true }]);
  });
});

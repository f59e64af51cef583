import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ConfigError } from "../../../agent-runtime/src/config/config-error.ts";
import type { MountedFile } from "../../../agent-runtime/src/config/mounted-files.ts";
import { WatchedFile } from "../../../agent-runtime/src/config/watched-file.ts";
import { createConfigFolder, mountConfigMap } from "./config-folder.ts";
import { eventually } from "./eventually.ts";
import { createReloadRecorder } from "./reload-recorder.ts";

const cleanUps: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** Text of all files, unless one says `bad`. */
function parse(files: readonly MountedFile[]): string {
  const faults = files
    .filter(({ text }) => text.includes("bad"))
    .map(({ name, text }) => ({ path: name, got: text, allowed: "good" }));
  if (faults.length > 0) throw new ConfigError(faults);
  if (files.some(({ text }) => text.includes("unforeseen"))) throw new TypeError("a bug of the parser");
  return files.map(({ text }) => text).join("+") || "defaults";
}

function watchFolder(folder: string) {
  const recorder = createReloadRecorder();
  const { log, reloads } = recorder;
  const matches = (name: string) => name.endsWith(".txt");
  const watched = new WatchedFile({ folder, file: "policies", matches, parse, log, reloads });
  cleanUps.push(() => watched.close());
  return { watched, ...recorder };
}

async function plainFolder(files: Record<string, string> = {}) {
  const folder = await createConfigFolder(files);
  cleanUps.push(folder.remove);
  return folder;
}

async function configMap(files: Record<string, string>) {
  const mount = await mountConfigMap(files);
  cleanUps.push(mount.remove);
  return mount;
}

describe("a watched file at start", () => {
  it("has the matching files in the order of their names when the constructor returns", async () => {
    const { path } = await plainFolder({ "b.txt": "two", "a.txt": "one", "c.md": "not this" });
    expect(watchFolder(path).watched.current).toBe("one+two");
  });

  it("has the defaults where the folder is empty or absent", async () => {
    const { path } = await plainFolder();
    expect(watchFolder(path).watched.current).toBe("defaults");
    expect(watchFolder(join(path, "absent")).watched.current).toBe("defaults");
  });

  it("throws every fault at once", async () => {
    const { path } = await plainFolder({ "a.txt": "bad one", "b.txt": "bad two" });
    expect(() => watchFolder(path)).toThrow(
      "The configuration has 2 fault(s):\n  a.txt: got bad one; allowed: good\n  b.txt: got bad two; allowed: good",
    );
  });

  it.each([
    ["is not UTF-8", Buffer.from([0xc3, 0x28]), "it is not valid UTF-8"],
    ["is larger than a ConfigMap", "x".repeat(1_048_577), "it has 1048577 bytes; at most 1048576 are read"],
  ])("refuses a file that %s", async (_what, content, allowed) => {
    const folder = await plainFolder();
    await folder.write("a.txt", content);
    const fault = { faults: [{ path: "a.txt", allowed }] };
    expect(() => watchFolder(folder.path)).toThrow(expect.objectContaining(fault));
  });
});

describe("a watched file while running", () => {
  it("takes over a ConfigMap whose `..data` link is swapped, and tells its listeners", async () => {
    const mount = await configMap({ "a.txt": "one", "b.txt": "two" });
    const { watched, counted } = watchFolder(mount.path);
    const heard: string[] = [];
    watched.onChange((value) => heard.push(value));
    await watched.watch();
    await mount.update({ "a.txt": "three", "b.txt": "four" });
    await eventually(() => expect(watched.current).toBe("three+four"));
    await mount.update({ "a.txt": "five", "b.txt": "six" });
    await eventually(() => expect(watched.current).toBe("five+six"));
    expect(heard).toEqual(["three+four", "five+six"]);
    expect(counted).toEqual(["policies taken", "policies taken"]);
  });

  it("fault 60: invalid configuration swapped in while running: last good stays, until a good one comes", async () => {
    const mount = await configMap({ "a.txt": "one", "b.txt": "two" });
    const { watched, counted, errors } = watchFolder(mount.path);
    await watched.watch();
    await mount.update({ "a.txt": "bad", "b.txt": "bad too" });
    await eventually(() => expect(counted).toEqual(["policies refused"]));
    expect(watched.current).toBe("one+two");
    expect(errors()).toEqual([
      expect.objectContaining({
        msg: "configuration refused: the last good files stay in force",
        file: "policies",
        faults: [
          { path: "a.txt", got: "bad", allowed: "good" },
          { path: "b.txt", got: "bad too", allowed: "good" },
        ],
      }),
    ]);
    await mount.update({ "a.txt": "three", "b.txt": "four" });
    await eventually(() => expect(watched.current).toBe("three+four"));
  });

  it("says that it is not current while a file cannot be read, and is again when it is as before", async () => {
    const folder = await plainFolder({ "a.txt": "one" });
    const { watched, counted, errors } = watchFolder(folder.path);
    await watched.watch();
    expect(watched.isCurrent).toBe(true);
    await folder.write("a.txt", Buffer.from([0xc3, 0x28]));
    await eventually(() => expect(counted).toEqual(["policies refused"]));
    expect(watched.isCurrent).toBe(false);
    expect(errors()).toMatchObject([{ faults: [{ path: "a.txt", allowed: "it is not valid UTF-8" }] }]);
    await folder.write("a.txt", "one");
    await eventually(() => expect(watched.isCurrent).toBe(true));
    expect(watched.current).toBe("one");
  });

  it("survives a fault that the parser did not foresee", async () => {
    const folder = await plainFolder({ "a.txt": "one" });
    const { watched, counted, errors } = watchFolder(folder.path);
    await watched.watch();
    await folder.write("a.txt", "unforeseen");
    await eventually(() => expect(counted).toEqual(["policies refused"]));
    expect(watched.current).toBe("one");
    expect(errors()).toEqual([
      expect.objectContaining({ fault: { name: "TypeError", message: "a bug of the parser" } }),
    ]);
  });

  it("takes over files that are written, added and removed in place", async () => {
    const folder = await plainFolder({ "a.txt": "one" });
    const { watched } = watchFolder(folder.path);
    await watched.watch();
    await folder.write("a.txt", "changed");
    await eventually(() => expect(watched.current).toBe("changed"));
    await folder.write("b.txt", "added");
    await eventually(() => expect(watched.current).toBe("changed+added"));
    await folder.delete("a.txt");
    await folder.delete("b.txt");
    await eventually(() => expect(watched.current).toBe("defaults"));
  });

  it("notices what changed before it began to watch", async () => {
    const folder = await plainFolder({ "a.txt": "one" });
    const { watched } = watchFolder(folder.path);
    await folder.write("a.txt", "two");
    await watched.watch();
    expect(watched.current).toBe("two");
  });

  it("does not call an event without a change a reload", async () => {
    const folder = await plainFolder({ "a.txt": "one" });
    const { watched, counted } = watchFolder(folder.path);
    await watched.watch();
    await folder.write("a.txt", "one");
    await folder.write("z.md", "not of the set");
    await folder.write("b.txt", "two");
    await eventually(() => expect(watched.current).toBe("one+two"));
    expect(counted).toEqual(["policies taken"]);
  });

  it("neither tells a listener that left nor changes after it was closed", async () => {
    const folder = await plainFolder({ "a.txt": "one" });
    const first = watchFolder(folder.path);
    const second = watchFolder(folder.path);
    const heard = vi.fn();
    first.watched.onChange(heard)();
    await Promise.all([first.watched.watch(), second.watched.watch()]);
    await second.watched.close();
    await folder.write("a.txt", "two");
    await eventually(() => expect(first.watched.current).toBe("two"));
    expect(heard).not.toHaveBeenCalled();
    expect(second.watched.current).toBe("one");
  });
});

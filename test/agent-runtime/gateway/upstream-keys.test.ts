import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type OpenKeys,
  openUpstreamKeys,
  UpstreamKeys,
} from "../../../agent-runtime/src/gateway/upstream-keys.ts";
import { createLogger } from "../../../agent-runtime/src/log.ts";
import { eventually, testEnv } from "../running-gateway.ts";

const FIVE_MINUTES_MS = 300_000;

function testKeys(...values: readonly string[]) {
  let nowMs = 1_000;
  const setAside: number[] = [];
  const keys = new UpstreamKeys(values, {
    nowMs: () => nowMs,
    onSetAside: (position) => setAside.push(position),
  });
  return {
    keys,
    setAside,
    advance(ms: number) {
      nowMs += ms;
    },
    inUse: () => keys.current().reveal(),
  };
}

describe("upstream keys", () => {
  it("are used in their order: the first one that is not set aside", () => {
    const { keys, inUse } = testKeys("key-one", "key-two");
    expect(inUse()).toBe("key-one");
    expect(keys.setAside(keys.current())).toBe(true);
    expect(inUse()).toBe("key-two");
  });

  it("come back after five minutes", () => {
    const { keys, inUse, advance } = testKeys("key-one", "key-two");
    keys.setAside(keys.current());
    advance(FIVE_MINUTES_MS - 1);
    expect(inUse()).toBe("key-two");
    advance(1);
    expect(inUse()).toBe("key-one");
  });

  it("are used all the same when all are set aside, the one that is due first before the others", () => {
    const { keys, inUse, advance } = testKeys("key-one", "key-two");
    expect(keys.setAside(keys.current())).toBe(true);
    advance(10);
    expect(keys.setAside(keys.current())).toBe(false);
    expect(inUse()).toBe("key-one");
  });

  it("are set aside once by many calls that fail together", () => {
    const { keys, setAside } = testKeys("key-one", "key-two");
    const first = keys.current();
    expect([keys.setAside(first), keys.setAside(first), keys.setAside(first)]).toEqual([true, true, true]);
    expect(setAside).toEqual([1]);
  });

  it("stay set aside when they are read again", () => {
    const { keys, inUse } = testKeys("key-one", "key-two");
    keys.setAside(keys.current());
    keys.replace(["key-one", "key-three"]);
    expect(inUse()).toBe("key-three");
  });

  it("show their value in no inspection and no JSON", () => {
    const { keys } = testKeys("canary-4f1d");
    expect(
      inspect(keys, { depth: 9, showHidden: true }) + JSON.stringify({ key: keys.current() }),
    ).not.toContain("canary");
  });
});

describe("a file of upstream keys", () => {
  let folder: string;
  let file: string;
  let lines: string[];
  let open: OpenKeys | undefined;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "upstream-keys-"));
    file = join(folder, "keys");
    lines = [];
  });

  afterEach(() => {
    open?.close();
    rmSync(folder, { recursive: true });
  });

  const log = () => createLogger(testEnv(), { write: (line) => void lines.push(line) });

  function openFile(text: string): UpstreamKeys {
    writeFileSync(file, text);
    open = openUpstreamKeys({ file }, log());
    return open.keys;
  }

  it("holds one a line; blank lines and repetitions do not count", () => {
    const keys = openFile("\n  key-number-1\r\nkey-number-2\nkey-number-1\n\n");
    expect([keys.current().reveal(), keys.count]).toEqual(["key-number-1", 2]);
  });

  it.each([
    ["is empty", "\n", "holds no key"],
    ["holds something else than keys", "key-number-1\nshort\n", "key 2 in"],
  ])("that %s is refused at the start", (_what, text, message) => {
    expect(() => openFile(text)).toThrow(message);
  });

  it("is named, and its text is not, when it is refused", () => {
    expect(() => openFile("canary with spaces\n")).toThrow(new RegExp(`^(?!.*canary).*${file}`));
  });

  it("that is not there is refused at the start", () => {
    expect(() => openUpstreamKeys({ file }, log())).toThrow("ENOENT");
  });

  it("is followed when it changes", async () => {
    const keys = openFile("key-number-1\n");
    writeFileSync(file, "key-number-2\n");
    await eventually(() => expect(keys.current().reveal()).toBe("key-number-2"));
    expect(lines.join("")).not.toContain("key-number");
  });

  it("is followed when it is swapped by a symlink, as mounted secrets are", async () => {
    for (const version of ["1", "2"]) {
      mkdirSync(join(folder, version));
      writeFileSync(join(folder, version, "keys"), `key-number-${version}\n`);
      symlinkSync(version, join(folder, `..data-${version}`));
    }
    renameSync(join(folder, "..data-1"), join(folder, "..data"));
    symlinkSync("..data/keys", file);
    open = openUpstreamKeys({ file }, log());
    const { keys } = open;
    expect(keys.current().reveal()).toBe("key-number-1");
    renameSync(join(folder, "..data-2"), join(folder, "..data"));
    await eventually(() => expect(keys.current().reveal()).toBe("key-number-2"));
  });

  it("fault 60: that becomes invalid leaves the last good keys in use, and says so", async () => {
    const keys = openFile("key-number-1\n");
    writeFileSync(file, "canary\n");
    await eventually(() => expect(lines.join("")).toContain("the last good ones stay"));
    expect(keys.current().reveal()).toBe("key-number-1");
    expect(lines.join("")).not.toContain("canary");
    writeFileSync(file, "key-number-2\n");
    await eventually(() => expect(keys.current().reveal()).toBe("key-number-2"));
  });

  it("that vanishes leaves the keys in use, and is complained about once until it is back", async () => {
    const keys = openFile("key-number-1\n");
    rmSync(file);
    await eventually(() => expect(lines.join("")).toContain("ENOENT"));
    writeFileSync(file, "key-number-2\n");
    await eventually(() => expect(keys.current().reveal()).toBe("key-number-2"));
    expect(lines.filter((line) => line.includes("ENOENT"))).toHaveLength(1);
  });

  it("is not followed after it is closed", async () => {
    const keys = openFile("key-number-1\n");
    open?.close();
    open = openUpstreamKeys({ file }, log());
    writeFileSync(file, "key-number-2\n");
    await eventually(() => expect(open?.keys.current().reveal()).toBe("key-number-2"));
    expect(keys.current().reveal()).toBe("key-number-1");
  });
});

describe("a single upstream key", () => {
  it("is used for ever, and the log says when the upstream refuses it", () => {
    const lines: string[] = [];
    const { keys, close } = openUpstreamKeys(
      "canary-4f1d",
      createLogger(testEnv(), { write: (line) => void lines.push(line) }),
    );
    expect(keys.setAside(keys.current())).toBe(false);
    expect(keys.current().reveal()).toBe("canary-4f1d");
    expect(lines.join("")).toMatch(/"position":1.*the upstream refused a key/);
    expect(lines.join("")).not.toContain("canary");
    close();
  });
});

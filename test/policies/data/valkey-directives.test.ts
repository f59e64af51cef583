import { describe, expect, it } from "vitest";
import {
  changesOf,
  directivesOfArguments,
  directivesOfText,
  lastOf,
  savePointsOf,
  wordsOf,
} from "../../../policies/data/valkey-directives.ts";
import { parseValkeyMemory } from "../../../policies/data/valkey-memory.ts";
import { ownFile } from "./configurations.ts";

const textOf = (text: string, name = "any") => {
  const directives = directivesOfText(name, text)?.directives;
  return directives && Object.fromEntries(directives);
};

describe("a text", () => {
  it.each([
    ["two directives that only Valkey has", "any", "appendonly yes\nmaxmemory 1gb\n"],
    ["one directive and the name of a file", "valkey.conf", "appendonly yes\n"],
    ["the name of a file alone", "redis-master.conf", "port 6379\n"],
    ["the name of a file of Sentinel", "my-sentinel.conf", ""],
  ])("is a configuration of Valkey by %s", (_, name, text) => {
    expect(textOf(text, name)).toBeDefined();
  });

  it.each([
    ["one directive", "any", "maxmemory 1gb\n"],
    ["comments", "any", "# appendonly yes\n# maxmemory 1gb\n"],
    ["prose", "agent.md", "Save the file.\nBind the port.\n"],
    ["the name of another file", "nginx.conf", "user www\n"],
    ["directives without values", "any", "appendonly\nmaxmemory\n"],
  ])("is none by %s", (_, name, text) => {
    expect(textOf(text, name)).toBeUndefined();
  });

  it("is read line by line, whatever the letters, the quotes and the blanks", () => {
    expect(textOf("  AppendOnly \"yes\"\nsave 900 1\nsave '300 10'\nport 1\nmaxmemory\t1gb\n")).toEqual({
      appendonly: [["yes"]],
      save: [["900", "1"], ["300 10"]],
      maxmemory: [["1gb"]],
    });
  });

  it("is found in the script that starts our own servers", () => {
    const server = directivesOfText("start-valkey.sh", ownFile("valkey/start-valkey.sh"))?.directives;
    expect(server && lastOf(server, "maxmemory-policy")).toEqual(["noeviction"]);
    const sentinel = directivesOfText("start-sentinel.sh", ownFile("valkey/start-sentinel.sh"));
    expect(sentinel?.directives.has("sentinel")).toBe(true);
    expect(directivesOfText("cluster.sh", ownFile("valkey/cluster.sh"))).toBeUndefined();
    expect(directivesOfText("probe.sh", ownFile("valkey/probe.sh"))).toBeUndefined();
  });
});

describe("what a text leaves out", () => {
  it.each([
    ["is the server's default in a file of its name", "valkey.conf", "maxmemory 1gb\n", true],
    ["is the server's default beside two directives", "any", "maxmemory 1gb\nappendonly yes\n", true],
    [
      "may stand elsewhere beside one directive of a .conf file",
      "extra.conf",
      "maxmemory 1gb\nport 1\n",
      false,
    ],
    ["may stand elsewhere beside a change", "start.sh", "valkey-cli config set maxmemory 1gb\n", false],
  ])("%s", (_, name, text, isWhole) => {
    expect(directivesOfText(name, text)).toMatchObject({ isWhole });
  });

  it("is nothing in a .conf file without directives of Valkey", () => {
    expect(directivesOfText("nginx.conf", "user www\nbind 1\n")).toBeUndefined();
  });
});

describe("changes of a server that runs", () => {
  it.each([
    ["a directive", "valkey-cli config set maxmemory 1gb", [["maxmemory", "1gb"]]],
    [
      "several, in any letters",
      "CONFIG SET save '' maxmemory 1gb",
      [
        ["save", ""],
        ["maxmemory", "1gb"],
      ],
    ],
    ["half a pair", "config set maxmemory", []],
    [
      "up to the next command",
      "config set a b ; acl setuser app on",
      [
        ["a", "b"],
        ["user", "app", "on"],
      ],
    ],
    ["a user", "acl setuser app >pw ~*", [["user", "app", ">pw", "~*"]]],
    ["the default user, who is on", "ACL SETUSER default nopass", [["user", "default", "on", "nopass"]]],
    ["a user of no name", "acl setuser", []],
    [
      "one line, one after another",
      "config set a b config set c d",
      [
        ["a", "b"],
        ["c", "d"],
      ],
    ],
    ["words that end so", "myconfig set a b ; config settings a b", []],
    ["nothing", "config get maxmemory ; acl list x ; set config x y", []],
  ])("are read from %s", (_, command, lines) => {
    expect(changesOf(wordsOf(command))).toEqual(lines);
  });

  it("and directives without end are read in time that grows with their length only", () => {
    const start = process.threadCpuUsage();
    changesOf(wordsOf("config set a b ".repeat(80_000)));
    directivesOfText("valkey.conf", "save 900 1\n".repeat(100_000));
    expect(process.threadCpuUsage(start).user).toBeLessThan(5_000_000);
  });

  it("are directives of a script", () => {
    const text = "valkey-cli config set maxmemory-policy AllKeys-LRU\n";
    const directives = directivesOfText("start.sh", text)?.directives ?? new Map();
    expect(lastOf(directives, "maxmemory-policy")).toEqual(["AllKeys-LRU"]);
  });
});

describe("arguments", () => {
  it("are read flag by flag", () => {
    const directives = directivesOfArguments([
      "/conf",
      "--appendonly",
      "yes",
      "--save",
      "900 1",
      "300",
      "10",
      "--save",
      "",
      "--save",
      " ",
      "--port",
      "1",
    ]);
    expect(Object.fromEntries(directives)).toEqual({
      appendonly: [["yes"]],
      save: [["900", "1", "300", "10"], [""], [""]],
    });
    expect(lastOf(directives, "appendonly")).toEqual(["yes"]);
    expect(lastOf(directives, "maxmemory")).toBeUndefined();
  });
});

describe("the last word", () => {
  it.each([
    [
      "lines that add up",
      "save 900 1\nsave 300 10 60 5\n",
      [
        [900, 1],
        [300, 10],
        [60, 5],
      ],
    ],
    ["a line that begins anew", 'save 900 1\nsave ""\nsave 60 5\n', [[60, 5]]],
    ["half a pair", "save 900\n", []],
  ])("about snapshots is read from %s", (_, text, points) => {
    const directives = directivesOfText("valkey.conf", text)?.directives;
    expect(directives && savePointsOf(directives)).toEqual(points);
  });
});

it("words keep what stands in quotes together", () => {
  expect(wordsOf(`a "b c" 'd e' "" f`)).toEqual(["a", "b c", "d e", "", "f"]);
});

describe("an amount of memory", () => {
  it.each([
    ["1024", 1024],
    ["1b", 1],
    ["1k", 1000],
    ["1kb", 1024],
    ["2m", 2_000_000],
    ["2MB", 2 * 2 ** 20],
    ["1g", 1e9],
    ["1Gb", 2 ** 30],
  ])("%s is %i bytes", (amount, bytes) => {
    expect(parseValkeyMemory(amount)).toBe(bytes);
  });

  it.each(["", "gb", "1.5gb", "1Gi", "1tb", "-1", "x1", undefined])("%s is none", (amount) => {
    expect(parseValkeyMemory(amount)).toBeUndefined();
  });
});

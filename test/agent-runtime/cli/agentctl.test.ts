import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { KEYS } from "../ops/ops-under-test.ts";
import { agentctl, NOBODY, startOps } from "./agentctl-under-test.ts";

describe("agentctl shows", () => {
  it("what runs, and what is unusual about it", async () => {
    const { url } = await startOps();
    const { code, out, err } = await agentctl({ urls: [url] }, ["status"]);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/^REGION +VERSION +PHASE +UP FOR +TURNS +UPSTREAM +HEALTH +MEMORY\n/);
    expect(out).toMatch(/\nregion-t +1\.2\.3 +ready +1 min 1 s +2 +simulated +ok 100 +\d+ MiB\n/);
    expect(out).toMatch(/\nbreaker of claude-sonnet-5-5 is open +5 failures in a row\n$/);
  });

  it("health, and exits with 1 once a part is failing", async () => {
    const isUp = { url: (await startOps()).url };
    expect((await agentctl({ urls: [isUp.url] }, ["health"])).code).toBe(0);
    const { deps } = await startOps();
    const readings = await deps.health.read();
    const store = { kind: "redis", isUp: false } as const;
    const { url } = await startOps({ health: { read: () => ({ ...readings, store }) } });
    const { code, out, err } = await agentctl({ urls: [url] }, ["health"]);
    expect([code, err]).toEqual([1, "error: region-t is failing: store.\n"]);
    expect(out).toMatch(/\nall +failing +0 +as the worst part\n$/);
  });

  it("breakers in a table", async () => {
    const { url } = await startOps();
    const { out } = await agentctl({ urls: [url] }, ["breakers", "list"]);
    expect(out).toBe(
      [
        "MODEL              STATE   FAILURES  OPEN SINCE",
        "claude-sonnet-5-5  open           5  2026-11-25T12:29:30Z",
        "claude-haiku-5-5   closed         0  -",
        "",
      ].join("\n"),
    );
  });

  it("budgets in dollars", async () => {
    const { url } = await startOps();
    const { out } = await agentctl({ urls: [url] }, ["budgets", "show", "--scope", "tenant:acme"]);
    expect(out.split("\n")[1]).toMatch(
      /^tenant:acme +day +\$10\.00 +\$4\.00 +\$0\.500000 +\$0\.250000 +45 % +2026-11-26T00:00:00Z$/,
    );
  });

  it.each([
    ["caches", ["caches", "stats"], /\nanswers +3 +4096 +2 +1 +1 +0 +75 %\nmodels .* -\n$/],
    ["limits", ["limits", "show", "--key", "k1"], /\ntenant:acme +- +- +- +4 +limits\.tenants\.acme\n/],
    ["the share of the region", ["limits", "show"], /\nThis region may spend 0\.5 of each cap\.\n$/],
    ["keys", ["keys", "list"], /\nk3 +acme +root +admin +revoked +2026-11-01T00:00:00Z +-\n$/],
    ["usage", ["usage", "--group", "agent"], /\ndirect +1 .* \$1\.50\nall +2 +20 +10 +0 +0 +\$1\.50\n/],
    ["raises", ["budgets", "raises"], /^SCOPE +WINDOW +EXTRA +UNTIL +BY +REASON\n$/],
  ])("%s", async (_, args, expected) => {
    const { url } = await startOps();
    const { code, out, err } = await agentctl({ urls: [url] }, args);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(expected);
  });

  it("usage as CSV, to the byte", async () => {
    const { url } = await startOps();
    const { out } = await agentctl({ urls: [url] }, ["usage", "--csv", "--group", "agent"]);
    expect(out).toMatch(/^agent,requests,.*,costUsd\r\n'=cmd\(\),1,10,5,0,0,0\.000000001\r\n/);
  });

  it("nothing that would steer the terminal", async () => {
    const list = async () => [
      {
        scope: "fleet",
        percent: 0,
        history: [{ at: "2026-11-25T00:00:00Z", by: "k", reason: "\u001b[2Jgone", from: 1, to: 0 }],
      },
    ];
    const { url } = await startOps({ switches: { list, set: () => Promise.reject(new Error("unused")) } });
    const { out } = await agentctl({ urls: [url] }, ["kill-switch", "list"]);
    expect(out).toContain("\uFFFD[2Jgone");
    expect(out).not.toContain("\u001b");
  });
});

describe("agentctl changes", () => {
  it.each([
    [["breakers", "reset", "claude-haiku-5-5"], ["reset claude-haiku-5-5"]],
    [["breakers", "reset", "--all"], ["reset all"]],
    [["caches", "invalidate", "acme:*", "--cache", "answers"], ["invalidate answers acme:*"]],
    [["keys", "revoke", "k1"], ["revoke k1"]],
    [["drain", "--reason", "memory grows", "--yes"], ["drain"]],
  ])("what %j says", async (args, calls) => {
    const ops = await startOps();
    const { code, err } = await agentctl({ urls: [ops.url] }, args);
    expect([code, err, ops.calls]).toEqual([0, "", calls]);
  });

  it("a cap for some hours, in the caller's name", async () => {
    const ops = await startOps();
    const args = ["budgets", "raise", "tenant:acme", "--window", "day", "--extra-usd", "20", "--hours", "4"];
    const { code, out } = await agentctl({ urls: [ops.url] }, [...args, "--reason", "launch day"]);
    expect([code, out]).toEqual([
      0,
      "tenant:acme may spend $20.00 more a day in region-t until 2026-11-25T16:30:00Z.\n",
    ]);
    expect(ops.raises).toMatchObject([
      { scope: "tenant:acme", extraUsd: 20, reason: "launch day", by: "key-of-admin" },
    ]);
  });

  it.each([
    [["keys", "create", "--tenant", "acme", "--name", "ci", "--role", "operator", "--role", "viewer"]],
    [["keys", "rotate", "k1", "--overlap-seconds", "60"]],
  ])("keys by %j, with the new one alone on standard output", async (args) => {
    const { url } = await startOps();
    const { code, out, err } = await agentctl({ urls: [url] }, args);
    expect([code, out]).toEqual([0, "cak_k9_made-for-this-test\n"]);
    expect(err).toBe("Key k9 of acme. It is shown this once:\n");
  });

  it("roles of a new key as they are given", async () => {
    const ops = await startOps();
    await agentctl({ urls: [ops.url] }, [
      "keys",
      "create",
      "--tenant",
      "acme",
      "--name",
      "x",
      "--role",
      "a,b",
      "--role",
      "c",
    ]);
    expect(ops.calls).toEqual(['create {"tenant":"acme","name":"x","roles":["a","b","c"]}']);
  });
});

describe("a kill switch", () => {
  const on = ["kill-switch", "on", "--scope", "tenant:acme", "--reason", "runaway loop"];

  it("is set in every region that is named, and each is reported", async () => {
    const [a, b] = [await startOps({ region: "region-a" }), await startOps({ region: "region-b" })];
    const { code, out } = await agentctl({ urls: [a.url, b.url] }, on);
    expect([code, out]).toEqual([
      0,
      [
        "REGION    RESULT  SCOPE        PASSES  BEFORE",
        "region-a  ok      tenant:acme  0 %     100 %",
        "region-b  ok      tenant:acme  0 %     100 %",
        "",
      ].join("\n"),
    ]);
    for (const { deps } of [a, b]) expect(await deps.switches.list()).toMatchObject([{ percent: 0 }]);
  });

  it("that one region does not take is set in the others, and the command names that one and exits with 1", async () => {
    const { url, deps } = await startOps();
    const { code, out, err } = await agentctl({ urls: [NOBODY, url] }, on);
    expect(code).toBe(1);
    expect(out).toMatch(
      /\nhttp:\/\/127\.0\.0\.1:1 +FAILED +- +- +-\nregion-t +ok +tenant:acme +0 % +100 %\n$/,
    );
    expect(err).toMatch(
      /^error: 1 of 2 regions failed\. http:\/\/127\.0\.0\.1:1 cannot be reached \(ECONNREFUSED\)\. .*\n$/,
    );
    expect(await deps.switches.list()).toMatchObject([{ scope: "tenant:acme", percent: 0 }]);
  });

  it("tells a program in one JSON object what became of each region", async () => {
    const { url } = await startOps();
    const { code, out, err } = await agentctl({}, [...on, "--json", "--url", url, "--url", NOBODY]);
    expect([code, err]).toEqual([1, ""]);
    expect(JSON.parse(out).regions).toMatchObject([
      { region: "region-t", ok: true, answer: { percent: 0 } },
      { region: NOBODY, ok: false, error: { message: expect.stringContaining("ECONNREFUSED") } },
    ]);
  });

  it("is resumed in stages, and switched off", async () => {
    const { url } = await startOps();
    const say = (...args: string[]) =>
      agentctl({ urls: [url] }, ["kill-switch", ...args, "--scope", "tenant:acme"]);
    await say("on", "--reason", "runaway loop");
    expect((await say("resume", "--percent", "20")).out).toMatch(/tenant:acme +20 % +0 %\n$/);
    expect((await say("off")).out).toMatch(/tenant:acme +100 % +20 %\n$/);
    const { out } = await agentctl({ urls: [url] }, ["kill-switch", "list"]);
    expect(out).toMatch(
      /tenant:acme +100 % +2026-11-25T12:30:00Z +key-of-admin +switched off with agentctl\n$/,
    );
  });
});

describe("what stops everything", () => {
  const COMMANDS = [
    ["kill-switch", "on", "--scope", "fleet", "--reason", "key has leaked"],
    ["drain", "--reason", "memory grows"],
  ];

  it.each(COMMANDS)(
    "is not done by %s %s where nobody can be asked, unless --yes is given",
    async (...args) => {
      const ops = await startOps();
      const refused = await agentctl({ urls: [ops.url] }, args);
      expect(refused.code).toBe(2);
      expect(refused.err).toMatch(/Nobody can be asked here: add --yes if it is meant\.\n$/);
      expect([ops.calls, await ops.deps.switches.list()]).toEqual([[], []]);
      expect((await agentctl({ urls: [ops.url] }, [...args, "--yes"])).code).toBe(0);
    },
  );

  it.each(COMMANDS)("is done by %s %s once a person says yes, and not before", async (...args) => {
    const ops = await startOps();
    const refused = await agentctl({ urls: [ops.url] }, args, { answer: "y" });
    expect([refused.code, refused.err]).toEqual([1, "error: Nothing was changed.\n"]);
    expect([ops.calls, await ops.deps.switches.list()]).toEqual([[], []]);
    const done = await agentctl({ urls: [ops.url] }, args, { answer: "Yes" });
    expect(done.code).toBe(0);
    expect(done.questions).toEqual([expect.stringMatching(/^This .*\. Type yes to go on: $/)]);
  });

  it("is not asked about where one tenant is stopped", async () => {
    const { url } = await startOps();
    const args = ["kill-switch", "on", "--scope", "tenant:acme", "--reason", "runaway loop"];
    expect((await agentctl({ urls: [url] }, args, { answer: "no" })).questions).toEqual([]);
  });
});

describe("exit codes", () => {
  it.each([
    [["nonsense"], /unknown command 'nonsense'/],
    [["breakers"], /Usage: agentctl breakers/],
    [["breakers", "reset"], /Name one model, or give --all/],
    [["breakers", "reset", "x", "--all"], /Name one model, or give --all/],
    [["budgets", "raise", "fleet", "--window", "week"], /Allowed choices are day, month/],
    [["kill-switch", "on", "--scope", "fleet"], /required option '--reason <text>' not specified/],
    [
      ["kill-switch", "resume", "--scope", "fleet", "--percent", "0"],
      /Allowed are whole numbers from 1 to 100/,
    ],
    [
      ["keys", "rotate", "k1", "--overlap-seconds", "1.5"],
      /Allowed are whole numbers from 0 to 2592000 seconds/,
    ],
    [
      ["status", "--url", "ftp://x"],
      /ftp:\/\/x cannot be used\. Allowed are https URLs, and http to a loopback/,
    ],
    [["status", "--url", "http://10.0.0.1:3333"], /cannot be used/],
    [["status", "--url", "https://me:word@host"], /The URL \(hidden\) cannot be used/],
    [
      ["status", "--url", `${NOBODY},${NOBODY}`],
      /for one region, and 2 URLs are given\. Choose one with --url/,
    ],
    [["status", "--key-file", "/nowhere/key"], /The key file \/nowhere\/key cannot be read \(ENOENT\)/],
  ])("2 for %j", async (args, message) => {
    const { code, out, err } = await agentctl({}, args);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(message);
  });

  it("2 without a key, and it is never taken from an argument", async () => {
    const host = { urls: [NOBODY] };
    const { code, err } = await agentctl({ ...host, key: undefined as never }, ["status"]);
    expect([code, err]).toEqual([
      2,
      "error: There is no key. Set AGENTCTL_KEY, or name a file that holds it with --key-file.\n",
    ]);
    expect((await agentctl(host, ["status", "--key", "x"])).err).toContain("unknown option '--key'");
  });

  it("3 where nobody listens", async () => {
    const { code, err } = await agentctl({ urls: [NOBODY] }, ["status"]);
    expect([code, err]).toEqual([
      3,
      `error: ${NOBODY} cannot be reached (ECONNREFUSED). Is the gateway running, and is this its ops port? Set --url or AGENTCTL_URL.\n`,
    ]);
  });

  it("4 for a key that is not known, and for one that may not", async () => {
    const ops = await startOps();
    const unknown = await agentctl({ urls: [ops.url], key: "wrong" }, ["breakers", "list"]);
    expect([unknown.code, unknown.err]).toEqual([
      4,
      expect.stringMatching(/does not know the caller: .* Set AGENTCTL_KEY/),
    ]);
    const denied = await agentctl({ urls: [ops.url], key: KEYS.viewer }, ["breakers", "reset", "--all"]);
    expect([denied.code, denied.err]).toEqual([
      4,
      expect.stringMatching(/admin:breakers:write by key-of-viewer/),
    ]);
    expect(ops.calls).toEqual([]);
  });

  const MORE = ["--extra-usd", "1", "--hours", "1", "--reason", "why"];

  it("1 for what the server refuses, with its reason in one line", async () => {
    const { url } = await startOps();
    const { code, err } = await agentctl({ urls: [url] }, [
      "budgets",
      "raise",
      "fleet",
      "--window",
      "day",
      ...MORE,
    ]);
    expect([code, err]).toEqual([
      1,
      expect.stringMatching(
        /^error: http:\S+: .*fleet has no cap of a day, so there is nothing to raise\. .* \(req_\w+\)\n$/,
      ),
    ]);
  });

  it.each([
    [
      "another server",
      404,
      '{"type":"error","error":{"message":"There is nothing at this path."},"request_id":"r"}',
      /Is this the ops port, and of the same version\?/,
    ],
    ["another version", 200, '{"breakers":1}', /does not answer as this version of agentctl expects/],
    ["no server of ours", 502, "<html>", /status 502/],
  ])("1 for %s, with what may be wrong", async (_, status, text, message) => {
    const server = createServer((_request, response) => response.writeHead(status).end(text));
    onTestFinished(() => void server.close());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { code, err } = await agentctl({ urls: [url] }, ["breakers", "list"]);
    expect([code, err]).toEqual([1, expect.stringMatching(message)]);
  });

  it("is told a program as an object with --json", async () => {
    const { code, out, err } = await agentctl({ urls: [NOBODY] }, ["status", "--json"]);
    expect([code, err, JSON.parse(out)]).toEqual([
      3,
      "",
      { error: { message: expect.stringContaining("ECONNREFUSED") } },
    ]);
  });
});

describe("options", () => {
  it("--json prints what the server said, for every command that shows something", async () => {
    const { url } = await startOps();
    const json = async (...args: string[]) =>
      JSON.parse((await agentctl({ urls: [url] }, [...args, "--json"])).out);
    expect(await json("breakers", "list")).toMatchObject({
      breakers: [{ state: "open" }, { state: "closed" }],
    });
    expect(await json("keys", "create", "--tenant", "acme", "--name", "x")).toMatchObject({ id: "k9" });
    expect(await json("status")).toMatchObject({ process: { turns: 2 }, switches: [] });
    expect(await json("usage")).toMatchObject({ total: { requests: 2 } });
  });

  it("--url wins over the environment, and --key-file over its key", async () => {
    const { url } = await startOps();
    const folder = await mkdtemp(path.join(os.tmpdir(), "agentctl-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = path.join(folder, "key");
    await writeFile(file, `${KEYS.admin}\n`);
    const args = ["breakers", "list", "--url", url, "--key-file", file];
    expect((await agentctl({ urls: [NOBODY], key: "wrong" }, args)).code).toBe(0);
    await writeFile(file, "two words\n");
    expect(await agentctl({}, args)).toMatchObject({
      code: 2,
      err: expect.stringContaining("one line without spaces"),
    });
  });

  it("colours only where the terminal has them", async () => {
    const { url } = await startOps();
    const plain = await agentctl({ urls: [url] }, ["breakers", "list"]);
    const coloured = await agentctl({ urls: [url] }, ["breakers", "list"], { hasColours: true });
    expect(plain.out).not.toContain("\u001b");
    expect(coloured.out).toContain("\u001b[31mclaude-sonnet-5-5");
  });

  it.each([[[]], [["breakers"]], [["kill-switch", "on"]], [["usage"]]])(
    "--help of %j has examples or commands",
    async (path) => {
      const { code, out } = await agentctl({}, [...path, "--help"]);
      expect(code).toBe(0);
      expect(out).toMatch(/^Usage: agentctl/);
      expect(out).toMatch(/Examples:|Commands:/);
      expect(out).toContain("--key-file");
    },
  );
});

describe("the host's own connection", () => {
  it("is used where neither arguments nor environment name a server", async () => {
    const [a, b] = [await startOps({ region: "region-a" }), await startOps({ region: "region-b" })];
    const reached: string[] = [];
    const connect = async (reach: "one" | "every") => {
      reached.push(reach);
      const targets = [
        { url: a.url, name: "a" },
        { url: b.url, name: "b" },
      ];
      return { targets: reach === "one" ? targets.slice(0, 1) : targets, key: KEYS.admin };
    };
    const env = { key: undefined as never };
    expect((await agentctl(env, ["breakers", "reset", "--all"], { connect })).code).toBe(0);
    const args = ["kill-switch", "on", "--scope", "tenant:acme", "--reason", "why"];
    expect((await agentctl(env, args, { connect })).code).toBe(0);
    expect(reached).toEqual(["one", "every"]);
    expect([a.calls, b.calls]).toEqual([["reset all"], []]);
  });

  it("gives its key to no server but its own", async () => {
    const { url } = await startOps();
    const connect = async () => ({ targets: [], key: KEYS.admin });
    const { code, err } = await agentctl({ urls: [url], key: undefined as never }, ["status"], { connect });
    expect([code, err]).toEqual([2, expect.stringContaining("There is no key")]);
  });
});

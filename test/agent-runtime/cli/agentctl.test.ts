import { describe, expect, it } from "vitest";
import { StoreUnavailableError } from "../../../agent-runtime/src/store/contract.ts";
import { agentctl, startOps } from "./agentctl-under-test.ts";

describe("agentctl shows", () => {
  it("what runs, and what is unusual about it", async () => {
    const { url } = await startOps();
    const { code, out, err } = await agentctl({ urls: [url] }, ["status"]);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/^REGION +VERSION +PHASE +UP FOR +TURNS +UPSTREAM +HEALTH +MEMORY\n/);
    expect(out).toMatch(/\nregion-t +1\.2\.3 +ready +1 min 1 s +2 +simulated +ok 100 +\d+ MiB\n/);
    expect(out).toMatch(/\nbreaker of claude-sonnet-5-5 is open +5 failures in a row\n$/);
  });

  it("what it can while the store is away, and exits with 1", async () => {
    const list = () => Promise.reject(new StoreUnavailableError("away"));
    const { url } = await startOps({ switches: { list, set: list } });
    const { code, out, err } = await agentctl({ urls: [url] }, ["status"]);
    expect(code).toBe(1);
    expect(out).toMatch(/\nregion-t +1\.2\.3 +ready .* ok 100 /);
    expect(out).toMatch(/\nswitches cannot be read +\S+: The store .*\nbreaker of claude-sonnet-5-5 is open/);
    expect(err).toMatch(/^error: Not shown: switches\. .* The store of keys, limits and budgets/);
    const asJson = await agentctl({ urls: [url] }, ["status", "--json"]);
    expect(JSON.parse(asJson.out)).toMatchObject({
      health: { state: "ok" },
      missing: [{ part: "switches", message: expect.stringContaining("The store") }],
    });
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
    [
      "keys",
      ["keys", "list"],
      /\nregion-t +ok +k2 +acme +old +- +expired +k1 .*\nregion-t +ok +\w+ +acme +rotated +- +rotated +k1 /,
    ],
    [
      "usage",
      ["usage", "--group", "agent"],
      /\ndirect +1 .* \$1\.50\nall +2 +20 +10 +0 +0 +\$1\.50\n\nfrom .* to .*; hours and days are those of UTC\n$/,
    ],
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

  it("no breaker by a name that nothing has, and exits with 1", async () => {
    const reset = async () => 0;
    const { url } = await startOps({ breakers: { list: () => [], reset } });
    const { code, out, err } = await agentctl({ urls: [url] }, ["breakers", "reset", "nonsense"]);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(/^error: No model is called nonsense, .* List them with: agentctl breakers list\n$/);
  });

  it("the breaker of an alias's model, and names it", async () => {
    const { url, calls } = await startOps();
    const { code, out } = await agentctl({ urls: [url] }, ["breakers", "reset", "claude-haiku-4-5"]);
    expect([code, calls]).toEqual([0, ["reset claude-haiku-4-5-20251001"]]);
    expect(out).toContain("of claude-haiku-4-5-20251001 in the process of region-t");
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

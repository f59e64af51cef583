import { describe, expect, it } from "vitest";
import { agentctl, NOBODY, startOps } from "./agentctl-under-test.ts";

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

  it("of a name that nothing is known of is set, with a warning", async () => {
    const { url, deps } = await startOps();
    const args = ["kill-switch", "on", "--scope", "tenant:acmee", "--reason", "runaway loop"];
    const { code, out, err } = await agentctl({ urls: [url] }, args);
    expect([code, out]).toEqual([0, expect.stringMatching(/tenant:acmee +0 % +100 %\n$/)]);
    expect(err).toMatch(
      /^warning: nothing is known of tenant:acmee in region-t: .* It was done all the same; was the name mistyped\?\n$/,
    );
    expect(await deps.switches.list()).toMatchObject([{ scope: "tenant:acmee", percent: 0 }]);
    const asJson = await agentctl({ urls: [url] }, [...args, "--json"]);
    expect(JSON.parse(asJson.out).regions).toMatchObject([{ answer: { known: false } }]);
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

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { KEYS } from "../ops/ops-under-test.ts";
import { agentctl, NOBODY, startOps } from "./agentctl-under-test.ts";

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

  it("1 for a key that is not there, which says so and nothing of paths", async () => {
    const { url } = await startOps();
    const { code, err } = await agentctl({ urls: [url] }, ["keys", "revoke", "nobody"]);
    expect([code, err]).toEqual([
      1,
      expect.stringMatching(
        /^error: \S+: No key has the id "nobody"\. List them with: agentctl keys list \(req_\w+\)\n$/,
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

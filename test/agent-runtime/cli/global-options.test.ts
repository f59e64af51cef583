import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { KEYS } from "../ops/ops-under-test.ts";
import { agentctl, NOBODY, startOps } from "./agentctl-under-test.ts";

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

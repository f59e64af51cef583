import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { EmbeddedStore } from "../../../../agent-runtime/src/store/embedded/embedded-store.ts";
import { describeStore } from "../conformance.ts";
import { recordingLog } from "../recording-log.ts";
import { budget, requestFor, settlementOf, usageRow } from "../sample-charges.ts";

describeStore("embedded", async () => new EmbeddedStore({ log: recordingLog().log }));

describe("an embedded store with a data folder", () => {
  let dataDir: string;
  const { log, lines } = recordingLog();
  const open = () => new EmbeddedStore({ log, dataDir });
  const fileOf = (name: string) => path.join(dataDir, "store", name);
  const charged = (boundNanoUsd: number) => requestFor({ boundNanoUsd, budgets: [budget("fleet", 1000)] });

  beforeEach(() => {
    dataDir = mkdtempSync(path.join(tmpdir(), "embedded-store-"));
    lines.length = 0;
  });

  afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

  test("has tables, budgets and usage again after a restart", async () => {
    const before = open();
    await before.table("api-keys").set("key_1", "row");
    await before.table("switches").set("tenant:acme", '{"percent":0}');
    const request = charged(100);
    await before.ledger.admit(request);
    before.ledger.settle(settlementOf(request, 60));
    before.usage.add(usageRow());
    await before.close();

    const after = open();
    expect(await after.table("api-keys").get("key_1")).toBe("row");
    expect(await after.ledger.admit(requestFor({ scopes: ["tenant:acme"] }))).toMatchObject({
      kind: "switched-off",
    });
    expect(await after.ledger.readBudgets(["fleet"])).toMatchObject([
      { spentNanoUsd: 60, reservedNanoUsd: 0 },
    ]);
    after.usage.add(usageRow());
    const rows = await after.usage.between(new Date("2026-11-25"), new Date("2026-11-26"));
    expect(rows).toMatchObject([{ requests: 2, costNanoUsd: 2000 }]);
    await after.close();
  });

  test("charges a lease that was open when the process ended at its bound, unconfirmed, until its cost is known", async () => {
    const before = open();
    const request = charged(100);
    await before.ledger.admit(request);
    await before.close();

    const after = open();
    expect(await after.ledger.readBudgets(["fleet"])).toMatchObject([
      { spentNanoUsd: 100, reservedNanoUsd: 0, unconfirmedNanoUsd: 100 },
    ]);
    await after.close();
    const later = open();
    later.ledger.settle(settlementOf(request, 30));
    later.ledger.settle(settlementOf(request, 30));
    expect(await later.ledger.readBudgets(["fleet"])).toMatchObject([
      { spentNanoUsd: 30, unconfirmedNanoUsd: 0 },
    ]);
    await later.close();
  });

  test("writes about a second after a change, whole or not at all, for its owner only", async () => {
    const store = open();
    await store.table("api-keys").set("key_1", "row");
    expect(readdirSync(dataDir)).toEqual([]);
    await vi.waitFor(() => expect(readdirSync(path.join(dataDir, "store"))).toEqual(["tables.json"]), 3000);
    expect(statSync(fileOf("tables.json")).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(fileOf("tables.json"), "utf8"))).toEqual({ "api-keys": { key_1: "row" } });
    await store.close();
  });

  test.each(["", "{", '{"budgets":[{"id":7}],"leases":[],"reaped":[]}', "\0\0\0"])(
    "sets a snapshot aside that cannot be read (%j), warns, and begins empty",
    async (text) => {
      const before = open();
      await before.ledger.admit(charged(5));
      await before.close();
      writeFileSync(fileOf("ledger.json"), text);

      const after = open();
      expect(await after.ledger.readBudgets(["fleet"])).toMatchObject([{ spentNanoUsd: 0 }]);
      expect(readdirSync(path.join(dataDir, "store"))).toEqual([
        expect.stringMatching(/^ledger\.json\.unreadable-\d+$/),
      ]);
      expect(lines).toMatchObject([{ level: "warn", msg: expect.stringContaining("set aside") }]);
      await after.close();
    },
  );

  test("says so in the log when its folder cannot be written, and goes on", async () => {
    const file = path.join(dataDir, "file");
    writeFileSync(file, "");
    const store = new EmbeddedStore({ log, dataDir: file });
    await store.table("api-keys").set("key_1", "row");
    await store.close();
    expect(await store.table("api-keys").get("key_1")).toBe("row");
    expect(lines.filter(({ level }) => level === "error")).toMatchObject([
      { msg: expect.stringContaining("could not be written") },
    ]);
  });
});

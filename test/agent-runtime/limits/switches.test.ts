import { describe, expect, it } from "vitest";
import { Switches } from "../../../agent-runtime/src/limits/switches.ts";
import { StoreUnavailableError, type Table } from "../../../agent-runtime/src/store/contract.ts";

/** A table whose answers come in their order, but later. */
class SlowTable implements Table {
  readonly rows = new Map<string, string>();
  failures = 0;

  async all() {
    return new Map(this.rows);
  }

  async get(id: string) {
    await turnOfEventLoop();
    return this.rows.get(id);
  }

  async set(id: string, row: string) {
    this.rows.set(id, row);
  }

  async replace(id: string, before: string | undefined, row: string) {
    await turnOfEventLoop();
    if (this.failures > 0) {
      this.failures -= 1;
      throw new StoreUnavailableError("down");
    }
    if (this.rows.get(id) !== before) return false;
    this.rows.set(id, row);
    return true;
  }

  async delete(id: string) {
    return this.rows.delete(id);
  }
}

const turnOfEventLoop = () => new Promise((resolve) => setImmediate(resolve));
const use = (reason: string) => ({ by: "key_1", reason });

describe("a switch", () => {
  it("loses no use of several at once, and the last one is in force", async () => {
    const switches = new Switches(new SlowTable());
    await Promise.all([
      switches.set("fleet", 50, use("first")),
      switches.set("fleet", 20, use("second")),
      switches.set("fleet", 0, use("stop")),
    ]);
    const [fleet] = await switches.list();
    expect(fleet?.percent).toBe(0);
    expect(fleet?.history.map(({ reason, from, to }) => `${reason} ${from}-${to}`)).toEqual([
      "stop 20-0",
      "second 50-20",
      "first 100-50",
    ]);
  });

  it("loses no use through another process", async () => {
    const table = new SlowTable();
    await Promise.all([
      new Switches(table).set("fleet", 50, use("here")),
      new Switches(table).set("fleet", 0, use("there")),
    ]);
    const [fleet] = await new Switches(table).list();
    expect(fleet?.history.map(({ reason }) => reason).sort()).toEqual(["here", "there"]);
  });

  it("works again after a use that the store did not take", async () => {
    const table = new SlowTable();
    const switches = new Switches(table);
    table.failures = 1;
    await expect(switches.set("fleet", 0, use("lost"))).rejects.toBeInstanceOf(StoreUnavailableError);
    expect(await switches.set("fleet", 0, use("again"))).toMatchObject({ percent: 0 });
  });

  it("goes by the id of a model, whatever name is given", async () => {
    const { scope } = await new Switches(new SlowTable()).set("model:claude-haiku-4-5", 0, use("drill"));
    expect(scope).toBe("model:claude-haiku-4-5-20251001");
  });
});

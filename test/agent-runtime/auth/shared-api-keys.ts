import { parseKnownKey } from "../../../agent-runtime/src/auth/api-key-record.ts";
import { ApiKeys } from "../../../agent-runtime/src/auth/api-keys.ts";
import { createKeyHash } from "../../../agent-runtime/src/auth/key-hash.ts";
import type { Table } from "../../../agent-runtime/src/store/contract.ts";
import { EmbeddedStore } from "../../../agent-runtime/src/store/embedded/embedded-store.ts";
import { SharedTable } from "../../../agent-runtime/src/store/shared-table.ts";
import { createReloadRecorder } from "../config/reload-recorder.ts";

export const NOW = Date.parse("2026-11-25T12:00:00Z");

/** One store, and the API keys as any number of processes see them, on a clock of their own. */
export function createKeyStore() {
  const { log } = createReloadRecorder();
  const store = new EmbeddedStore({ log });
  const table = store.table("api-keys");
  const hash = createKeyHash({ gatewayKeySha256: ["ab".repeat(32)] });
  const clock = { nowMs: NOW };
  const mirrors: SharedTable<ReturnType<typeof parseKnownKey>>[] = [];

  async function openProcess(processTable: Pick<Table, "all" | "get" | "set"> = table) {
    const mirror = new SharedTable({ store, table: "api-keys", parse: parseKnownKey, log });
    mirrors.push(mirror);
    await mirror.settled();
    return new ApiKeys({ table: processTable, mirror, hash, now: () => clock.nowMs });
  }

  return {
    table,
    clock,
    openProcess: () => openProcess(),
    /** A process whose writes wait until they are let through: it has read what it will write back. */
    async openHeldProcess() {
      const reached = Promise.withResolvers<void>();
      const mayWrite = Promise.withResolvers<void>();
      const keys = await openProcess({
        all: () => table.all(),
        get: (id) => table.get(id),
        async set(id, row) {
          reached.resolve();
          await mayWrite.promise;
          await table.set(id, row);
        },
      });
      return { keys, reachesWrite: () => reached.promise, letWrite: () => mayWrite.resolve() };
    },
    /** Settles when every process has heard of every change. */
    async settled() {
      for (const mirror of mirrors) await mirror.settled();
    },
    async close() {
      for (const mirror of mirrors) mirror.close();
      await store.close();
    },
  };
}

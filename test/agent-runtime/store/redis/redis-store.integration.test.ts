import { afterAll, beforeAll, test } from "vitest";
import { describeStore } from "../conformance.ts";
import { expectLedgerLikeModel } from "../ledger-model.ts";
import { connectedStore } from "./connected-store.ts";
import { RedisServer } from "./redis-server.ts";

let server: RedisServer;

beforeAll(async () => {
  server = await RedisServer.start();
});

afterAll(() => server.stop());

describeStore("redis", () => connectedStore({ url: server.url }));

test("the ledger in Redis does what the model of a ledger does", async () => {
  const store = await connectedStore({ url: server.url });
  await expectLedgerLikeModel(store, 100);
  await store.close();
});

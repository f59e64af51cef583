import { afterAll, beforeAll } from "vitest";
import { describeStore } from "../conformance.ts";
import { connectedStore } from "./connected-store.ts";
import { RedisServer } from "./redis-server.ts";

let server: RedisServer;

beforeAll(async () => {
  server = await RedisServer.start();
});

afterAll(() => server.stop());

describeStore("redis", () => connectedStore({ url: server.url }));

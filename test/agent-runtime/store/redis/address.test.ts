import { describe, expect, test } from "vitest";
import { parseStoreAddress } from "../../../../agent-runtime/src/store/redis/address.ts";

describe("the address of a store", () => {
  test.each([
    ["redis://cache", { host: "cache", port: 6379 }],
    ["redis://cache:7000", { host: "cache", port: 7000 }],
    ["redis://[::1]:7000/", { host: "::1", port: 7000 }],
  ])("%s is a single server", (url, endpoint) => {
    expect(parseStoreAddress(url)).toEqual({ kind: "server", endpoint, tls: false, database: 0 });
  });

  test("rediss:// is one that is reached by TLS", () => {
    expect(parseStoreAddress("rediss://cache/2")).toEqual({
      kind: "server",
      endpoint: { host: "cache", port: 6379 },
      tls: true,
      database: 2,
    });
  });

  test.each([
    ["redis://:pass@cache", { password: "pass" }],
    ["redis://user:p%40ss%3Aw@cache", { username: "user", password: "p@ss:w" }],
    ["redis://user@cache", { username: "user" }],
    ["redis://:p@ss@cache", { password: "p@ss" }],
  ])("%s carries credentials", (url, access) => {
    expect(parseStoreAddress(url)).toMatchObject({ endpoint: { host: "cache" }, ...access });
  });

  test("Sentinels are listed, each with a port of its own or the usual one", () => {
    expect(parseStoreAddress("redis+sentinel://:pass@one,two:7001/main/3")).toEqual({
      kind: "sentinel",
      password: "pass",
      sentinels: [
        { host: "one", port: 26379 },
        { host: "two", port: 7001 },
      ],
      masterName: "main",
      database: 3,
    });
  });

  test("rediss+sentinel:// are those that are reached by TLS", () => {
    expect(parseStoreAddress("rediss+sentinel://app@one/main")).toEqual({
      kind: "sentinel",
      tls: true,
      username: "app",
      sentinels: [{ host: "one", port: 26379 }],
      masterName: "main",
      database: 0,
    });
  });

  test.each([
    ["http://:canary@cache", /is not of the form/],
    ["redis://:canary@", /is not of the form/],
    ["redis://:canary@one,two", /several hosts: use redis\+sentinel/],
    ["redis+sentinel://:canary@one,two", /names no master/],
    ["redis://:canary@cache:port", /host that cannot be read: "cache:port"/],
    ["redis://:canary@cache/first", /database that is no number: "first"/],
    ["redis://:canary%@cache", /% that is not encoded/],
  ])("%s is refused with a sentence that shows no password", (url, message) => {
    expect(() => parseStoreAddress(url)).toThrow(message);
    expect(() => parseStoreAddress(url)).toThrow(/Allowed: redis:\/\//);
    expect(() => parseStoreAddress(url)).not.toThrow(/canary/);
  });
});

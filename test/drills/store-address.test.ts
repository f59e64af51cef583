import { describe, expect, it } from "vitest";
import { clusterHost, VALKEY } from "../../components/naming.ts";
import { parseStoreAddress } from "./store-address.ts";

describe("the address of the store", () => {
  it("that the stack gives is spelt out as the names of the pods", () => {
    expect(parseStoreAddress(`redis+sentinel://app@${clusterHost(VALKEY)}:26379/main`, 3)).toEqual({
      username: "app",
      masterName: "main",
      sentinels: [0, 1, 2].map((pod) => ({ host: clusterHost(VALKEY, `${VALKEY}-${pod}`), port: 26379 })),
    });
  });

  it("with several hosts is taken as it is", () => {
    expect(parseStoreAddress("redis+sentinel://app@10.0.0.1:1,10.0.0.2/group", 3)).toEqual({
      username: "app",
      masterName: "group",
      sentinels: [
        { host: "10.0.0.1", port: 1 },
        { host: "10.0.0.2", port: 26379 },
      ],
    });
  });

  it.each([
    "",
    "redis://host:6379",
    "redis+sentinel://host:26379",
    "redis+sentinel://host/main",
    "redis+sentinel://user:password@host/main",
  ])("%j is refused", (url) => {
    expect(() => parseStoreAddress(url, 3)).toThrow(/expected redis\+sentinel:/);
  });
});

import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createKeyHash } from "../../../agent-runtime/src/auth/key-hash.ts";

const gatewayKeySha256 = ["ab".repeat(32)];
const keyHashSecret = "a-secret-of-more-than-32-characters";

describe("the hash of a key", () => {
  it("is HMAC-SHA256 under KEY_HASH_SECRET", () => {
    const expected = createHmac("sha256", keyHashSecret).update("the key").digest("hex");
    expect(createKeyHash({ keyHashSecret, gatewayKeySha256 })("the key").toString("hex")).toBe(expected);
  });

  it("is the same on every replica that has the same gateway key and no secret", () => {
    const [one, two] = [createKeyHash({ gatewayKeySha256 }), createKeyHash({ gatewayKeySha256 })];
    expect(one("the key")).toEqual(two("the key"));
  });

  it("differs with the secret, with the gateway key and with the key", () => {
    const hashes = [
      createKeyHash({ gatewayKeySha256 })("the key"),
      createKeyHash({ gatewayKeySha256 })("another key"),
      createKeyHash({ gatewayKeySha256: ["cd".repeat(32)] })("the key"),
      createKeyHash({ gatewayKeySha256, keyHashSecret })("the key"),
      createHmac("sha256", Buffer.from(gatewayKeySha256[0] ?? "", "hex"))
        .update("the key")
        .digest(),
    ];
    expect(new Set(hashes.map((hash) => hash.toString("hex"))).size).toBe(hashes.length);
  });
});

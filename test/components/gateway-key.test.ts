import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { GatewayKey } from "../../components/gateway-key.ts";
import { only, passwordOf, record, settled } from "./record-stack.ts";

test("the key is long, of letters and digits, and a secret", async () => {
  const { resources, result } = await record(() => new GatewayKey("key"));
  expect(only(resources, "random:index/randomPassword:RandomPassword", "key-password").inputs).toEqual({
    length: 48,
    special: false,
  });
  expect(await Reflect.get(result.key, "isSecret")).toBe(true);
});

test("the hash is the lower-case hex of the key's SHA-256, and a secret too", async () => {
  const { result } = await record(() => new GatewayKey("key"));
  await expect(settled(result.sha256)).resolves.toBe(
    createHash("sha256").update(passwordOf("key-password")).digest("hex"),
  );
  expect(await Reflect.get(result.sha256, "isSecret")).toBe(true);
});

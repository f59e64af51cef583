import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { GatewayKey } from "../../components/gateway-key.ts";
import { only, passwordOf, record, settled } from "./record-stack.ts";

const FIRST = { use: 1, accept: [1] };

test("the key is long, of letters and digits, and a secret", async () => {
  const { resources, result } = await record(() => new GatewayKey("key", FIRST));
  expect(only(resources, "random:index/randomPassword:RandomPassword", "key-password").inputs).toEqual({
    length: 48,
    special: false,
  });
  expect(await Reflect.get(result.key, "isSecret")).toBe(true);
});

const sha256 = (key: string) => createHash("sha256").update(key).digest("hex");

test("the hash is the lower-case hex of the key's SHA-256, and a secret too", async () => {
  const { result } = await record(() => new GatewayKey("key", FIRST));
  await expect(settled(result.sha256)).resolves.toBe(sha256(passwordOf("key-password")));
  expect(await Reflect.get(result.sha256, "isSecret")).toBe(true);
});

test("while a key is replaced, the hashes of both are known and one of them is handed out", async () => {
  const { result } = await record(() => new GatewayKey("key", { use: 2, accept: [1, 2] }));
  const [first, second] = [passwordOf("key-password"), passwordOf("key-password-2")];
  await expect(settled(result.sha256)).resolves.toBe(`${sha256(first)},${sha256(second)}`);
  await expect(settled(result.key)).resolves.toBe(second);
});

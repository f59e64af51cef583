import { expect, test } from "vitest";
import { KeyHashSecret } from "../../components/key-hash-secret.ts";
import { only, passwordOf, record, settled } from "./record-stack.ts";

test("the secret is long, of letters and digits, and a secret to the engine", async () => {
  const { resources, result } = await record(() => new KeyHashSecret("hash"));
  expect(only(resources, "random:index/randomPassword:RandomPassword", "hash-password").inputs).toEqual({
    length: 48,
    special: false,
  });
  expect(await Reflect.get(result.value, "isSecret")).toBe(true);
  await expect(settled(result.value)).resolves.toBe(passwordOf("hash-password"));
});

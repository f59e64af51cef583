import { describe, expect, test } from "vitest";
import { createRotatingPassword, type RotatingPasswordArgs } from "../../components/rotating-password.ts";
import { faultOf, read } from "./read-config.ts";
import { passwordOf, record, settled } from "./record-stack.ts";

async function build(args: Pick<RotatingPasswordArgs, "use" | "accept">) {
  const { resources, result } = await record(() =>
    createRotatingPassword("key", { ...args, length: 40 }, {}),
  );
  return {
    passwords: resources
      .filter(({ type }) => type.endsWith(":RandomPassword"))
      .map(({ name, inputs }) => ({ name, ...inputs })),
    current: await settled(result.current),
    accepted: await settled(result.accepted),
    isSecret: await Reflect.get(result.accepted, "isSecret"),
  };
}

describe("a password", () => {
  test("of the first generation has the name that it had before there were others", async () => {
    const { passwords, current, accepted, isSecret } = await build({ use: 1, accept: [1] });
    expect(passwords).toEqual([{ name: "key-password", length: 40, special: false }]);
    expect(current).toBe(passwordOf("key-password", 40));
    expect(accepted).toEqual([current]);
    expect(isSecret).toBe(true);
  });

  test("is replaced in three steps, in each of which what is used is accepted", async () => {
    const steps = [
      { use: 1, accept: [1, 2] },
      { use: 2, accept: [1, 2] },
      { use: 2, accept: [2] },
    ];
    const results = await Promise.all(steps.map(build));
    const [first, second] = [passwordOf("key-password", 40), passwordOf("key-password-2", 40)];
    expect(results.map(({ current, accepted }) => ({ current, accepted }))).toEqual([
      { current: first, accepted: [first, second] },
      { current: second, accepted: [first, second] },
      { current: second, accepted: [second] },
    ]);
  });

  test("that nobody accepts is not used", async () => {
    await expect(build({ use: 3, accept: [1, 2] })).rejects.toThrow("generation 3");
  });
});

describe("the configuration of a rotation", () => {
  test("is the first generation alone when nothing is stated", () => {
    const first = { use: 1, accept: [1] };
    expect(read().rotation).toEqual({ gatewayKey: first, valkey: first, postgres: first });
  });

  test("refuses to use what is not accepted", () => {
    expect(faultOf({ rotation: { gatewayKey: { use: 2 } } })).toMatchObject({
      path: "rotation.gatewayKey.use",
      got: "2, while 1 is accepted",
    });
  });

  test.each([[[2, 1]], [[1, 1]]])("refuses %j, and says how to write it", (accept) => {
    expect(faultOf({ rotation: { valkey: { accept } } }).path).toBe("rotation.valkey.accept");
  });

  test("refuses more than three at a time", () => {
    expect(faultOf({ rotation: { valkey: { accept: [1, 2, 3, 4] } } }).path).toBe("rotation.valkey.accept");
  });
});

import { compareSync } from "bcryptjs";
import { describe, expect, it } from "vitest";
import {
  type PropertyMap,
  secret,
  UNKNOWN,
  unwrapMembers,
} from "../../../../local/plugins/protocol/property-value.ts";
import { createRandomProvider } from "../../../../local/plugins/random/provider.ts";

const provider = createRandomProvider();

function identity(kind: string) {
  const type = `random:index/${kind[0]?.toLowerCase()}${kind.slice(1)}:${kind}`;
  return { urn: `urn:pulumi:test::test::${type}::it`, type, name: "it" };
}

async function refusals(kind: string, inputs: PropertyMap) {
  return (await provider.check({ ...identity(kind), oldInputs: {}, inputs })).failures;
}

function create(kind: string, inputs: PropertyMap, preview = false) {
  return provider.create({ ...identity(kind), inputs, preview, timeoutSeconds: 0 });
}

async function replacing(kind: string, oldInputs: PropertyMap, inputs: PropertyMap) {
  const request = { ...identity(kind), id: "old", oldInputs, oldOutputs: {}, inputs, ignoreChanges: [] };
  return (await provider.diff(request)).changes.map(({ path, replace }) =>
    replace ? path : `${path} in place`,
  );
}

function importing(kind: string, id: string) {
  return provider.read({ ...identity(kind), id, oldInputs: {}, oldOutputs: {} });
}

describe("inputs", () => {
  it.each([
    ["RandomString", {}, "length", "length is missing; it must be a whole number of at least 1."],
    ["RandomString", { length: 0 }, "length", "length is 0; it must be a whole number of at least 1."],
    ["RandomPassword", { length: 2.5 }, "length", "length is 2.5; it must be a whole number of at least 1."],
    ["RandomPassword", { length: "8" }, "length", 'length is "8"; it must be a whole number of at least 1.'],
    ["RandomPassword", { length: 8, special: "no" }, "special", 'special is "no"; it must be true or false.'],
    [
      "RandomString",
      { length: 8, minUpper: -1 },
      "minUpper",
      "minUpper is -1; it must be a whole number of at least 0.",
    ],
    [
      "RandomString",
      { length: 5, minUpper: 2, minLower: 2, minNumeric: 2 },
      "length",
      "length is 5; it must be at least 6, the sum of minUpper, minLower, minNumeric and minSpecial.",
    ],
    [
      "RandomString",
      { length: 5, upper: false, lower: false, numeric: false, special: false },
      "",
      "upper, lower, numeric and special are all false; at least one of them must be true.",
    ],
    [
      "RandomString",
      { length: 5, number: true, numeric: false },
      "number",
      "number and numeric contradict each other; number is the old name of numeric: remove it.",
    ],
    [
      "RandomId",
      { byteLength: 0 },
      "byteLength",
      "byteLength is 0; it must be a whole number of at least 1.",
    ],
    ["RandomPet", { separator: 1 }, "separator", "separator is 1; it must be a string."],
  ])("of %s %j are refused with the reason", async (kind, inputs, property, reason) => {
    expect(await refusals(kind, inputs)).toEqual([{ property, reason }]);
  });

  it("that are unknown in a preview are not refused", async () => {
    expect(await refusals("RandomPassword", { length: UNKNOWN, keepers: { a: UNKNOWN } })).toEqual([]);
  });

  it("beside an unknown one are still checked", async () => {
    expect(await refusals("RandomPassword", { length: UNKNOWN, minUpper: -1 })).toHaveLength(1);
  });

  it("of a type that is not offered are refused with the types that are", async () => {
    await expect(async () => refusals("RandomShuffle", {})).rejects.toThrow(
      "random:index/randomShuffle:RandomShuffle is not offered by the embedded random provider; " +
        "it has RandomId, RandomPassword, RandomPet, RandomString, RandomUuid. Use one of these or the official provider.",
    );
  });
});

describe("creating", () => {
  it("a password hides its result and its hash and says nothing in its id", async () => {
    const { id, outputs } = await create("RandomPassword", { length: 16 });
    const { result, bcryptHash } = unwrapMembers(outputs);
    expect(id).toBe("none");
    expect(result).toHaveLength(16);
    expect(outputs).toMatchObject({ result: secret(result ?? null), bcryptHash: secret(bcryptHash ?? null) });
  });

  it("a password's bcrypt hash matches it and no other", async () => {
    const { outputs } = await create("RandomPassword", { length: 16 });
    const { result, bcryptHash } = unwrapMembers(outputs);
    expect(compareSync(String(result), String(bcryptHash))).toBe(true);
    expect(compareSync("another password", String(bcryptHash))).toBe(false);
  });

  it("a string shows defaults and result", async () => {
    const { id, outputs } = await create("RandomString", { length: 6, special: false });
    expect(outputs).toEqual({
      ...{ length: 6, upper: true, lower: true, numeric: true, number: true, special: false },
      ...{ minUpper: 0, minLower: 0, minNumeric: 0, minSpecial: 0, result: id },
    });
    expect(id).toMatch(/^[A-Za-z0-9]{6}$/);
  });

  it("an id shows the same bytes in four notations, each with the prefix", async () => {
    const { id, outputs } = await create("RandomId", { byteLength: 5, prefix: "p-" });
    const bytes = Buffer.from(id, "base64url");
    expect(bytes).toHaveLength(5);
    expect(outputs).toMatchObject({
      b64Url: `p-${id}`,
      b64Std: `p-${bytes.toString("base64")}`,
      hex: `p-${bytes.toString("hex")}`,
      dec: `p-${BigInt(`0x${bytes.toString("hex")}`)}`,
    });
  });

  it("a UUID is of version 4", async () => {
    const { id } = await create("RandomUuid", {});
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it.each([
    [{}, /^[a-z]+-[a-z]+$/],
    [{ length: 1 }, /^[a-z]+$/],
    [{ length: 4, separator: "_", prefix: "my" }, /^my(_[a-z]+){4}$/],
  ])("a pet with %j has words to match", async (inputs, form) => {
    expect((await create("RandomPet", inputs)).id).toMatch(form);
  });

  it("in a preview leaves the id and everything drawn unknown", async () => {
    const { id, outputs } = await create("RandomPassword", { length: 16 }, true);
    expect(id).toBe("");
    expect(outputs).toMatchObject({ length: 16, result: UNKNOWN, bcryptHash: UNKNOWN });
  });
});

describe("a change", () => {
  it.each([
    ["RandomString", { length: 8 }, { length: 9 }, ["length"]],
    ["RandomPassword", { length: 8 }, { length: 8, special: false }, ["special"]],
    ["RandomUuid", { keepers: { a: "1" } }, { keepers: { a: "2" } }, ["keepers"]],
    ["RandomId", { byteLength: 4 }, { byteLength: 4, prefix: "a" }, ["prefix"]],
    ["RandomPet", {}, { length: 3 }, ["length"]],
  ])("of the inputs of %s draws anew", async (kind, before, after, changed) => {
    expect(await replacing(kind, before, after)).toEqual(changed);
  });

  it.each([
    ["RandomString", { length: 8 }, { length: 8, special: true, minUpper: 0 }],
    ["RandomString", { length: 8, number: false }, { length: 8, numeric: false }],
    ["RandomPet", {}, { length: 2, separator: "-" }],
  ])("of %s that only writes out a default is none", async (kind, before, after) => {
    expect(await replacing(kind, before, after)).toEqual([]);
  });

  it("to an unknown value counts as one", async () => {
    expect(await replacing("RandomUuid", { keepers: { a: "1" } }, { keepers: UNKNOWN })).toEqual(["keepers"]);
  });
});

describe("reading", () => {
  it("keeps what the state holds and hides it again", async () => {
    const read = await provider.read({
      ...identity("RandomPassword"),
      id: "none",
      oldInputs: { length: 3 },
      oldOutputs: { length: 3, result: "abc", bcryptHash: "x" },
    });
    expect(read).toMatchObject({ inputs: { length: 3 }, outputs: { length: 3, result: secret("abc") } });
  });

  it("imports a password by its text, which is not its id", async () => {
    const read = await importing("RandomPassword", "hunter2");
    expect(read).toMatchObject({
      id: "none",
      inputs: { length: 7 },
      outputs: { length: 7, result: secret("hunter2") },
    });
  });

  it("imports a string by its text", async () => {
    const read = await importing("RandomString", "hunter2");
    expect(read).toMatchObject({ id: "hunter2", inputs: { length: 7 }, outputs: { result: "hunter2" } });
  });

  it("imports an id by its base64 text with the prefix before a comma", async () => {
    const read = await importing("RandomId", "my,prefix-,p-9hUg");
    expect(read).toMatchObject({
      id: "p-9hUg",
      inputs: { byteLength: 4, prefix: "my,prefix-" },
      outputs: { b64Url: "my,prefix-p-9hUg", hex: "my,prefix-a7ef6152" },
    });
  });

  it("imports a UUID", async () => {
    const uuid = "9a1b2c3d-0000-4000-8000-123456789abc";
    expect(await importing("RandomUuid", uuid)).toMatchObject({ id: uuid, outputs: { result: uuid } });
  });

  it.each([
    ["RandomUuid", "not-a-uuid", "the id to import is not a value of this kind; give the value itself."],
    ["RandomId", "not base64!", "the id to import is not a value of this kind; give the value itself."],
    ["RandomPet", "brave-dog", "cannot be imported; let the program make a new one."],
  ])("refuses to import %s from %j", async (kind, id, reason) => {
    await expect(async () => importing(kind, id)).rejects.toThrow(reason);
  });
});

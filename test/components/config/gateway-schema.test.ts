import { beforeAll, describe, expect, test } from "vitest";
import { errorOf, faultOf, read } from "../read-config.ts";
import { record } from "../record-stack.ts";

const CANARY = "sk-ant-api03-canary";

beforeAll(async () => {
  await record(() => undefined);
});

describe("what a stack says about its gateway", () => {
  test("may be nothing", () => {
    expect(read().gateway).toEqual({});
  });

  test("is kept as stated, without defaults, which are those of the deployed image", () => {
    const gateway = {
      limits: { tenants: { acme: { requestsPerMinute: 100 } } },
      budgets: { fleet: { dayUsd: 0.5 } },
      whenStoreIsLost: "allow",
    };
    expect(read({ gateway }).gateway).toEqual(gateway);
  });
});

describe("a faulty value is told with place, value, what is allowed and the fix", () => {
  test("in a record, under the name of its entry", () => {
    const gateway = { limits: { tenants: { acme: { requestsPerMinute: "60" } } } };
    expect(faultOf({ gateway })).toEqual({
      path: "gateway.limits.tenants.acme.requestsPerMinute",
      got: '"60" (string)',
      allowed: "a whole number from 1 to 1000000000",
      fix: "write 60 without quotes",
    });
  });

  test("in a list within a record", () => {
    expect(faultOf({ gateway: { fallbacks: { "claude-opus-5-5": [7] } } })).toMatchObject({
      path: "gateway.fallbacks.claude-opus-5-5[0]",
      got: "7 (number)",
      allowed: "the id of a model",
    });
  });

  test.each([
    [{ budgets: { tenant: { dayUsd: -1 } } }, "gateway.budgets.tenant.dayUsd", "a number from 0 to 9000000"],
    [{ processShare: 0 }, "gateway.processShare", "a number above 0, at most 1"],
    [{ whenStoreIsLost: "maybe" }, "gateway.whenStoreIsLost", "one of deny, allow"],
    [
      { timeZone: "Mars/Olympus" },
      "gateway.timeZone",
      "a name of the time zone database, such as Europe/Berlin",
    ],
    [
      { fallbacks: { "claude-opus-5-5": [] } },
      "gateway.fallbacks.claude-opus-5-5",
      "a list of 1 to 5 entries",
    ],
    [{ passThrough: ["/v2/files"] }, "gateway.passThrough[0]", expect.stringContaining("below /v1/")],
    [
      { identity: { jwt: [{ issuer: "nobody", audience: "a", jwksUrl: "https://localhost/keys" }] } },
      "gateway.identity.jwt[0].issuer",
      "a URL",
    ],
    [{ limits: 3 }, "gateway.limits", "keys key, tenant, keys, tenants"],
    [{ budgets: { keys: { a: 3 } } }, "gateway.budgets.keys.a", "keys dayUsd, monthUsd"],
    [
      { budgets: { keys: 3 } },
      "gateway.budgets.keys",
      "entries by name (the id of a key), each: keys dayUsd, monthUsd",
    ],
  ])("%j", (gateway, path, allowed) => {
    const fault = faultOf({ gateway });
    expect(fault).toMatchObject({ path, allowed });
    expect(fault.got).not.toBe("");
    expect(fault.fix).not.toBe("");
  });

  test("a name that no tenant can have", () => {
    expect(faultOf({ gateway: { budgets: { tenants: { "Acme Inc": { dayUsd: 1 } } } } })).toEqual({
      path: "gateway.budgets.tenants",
      got: 'the name "Acme Inc" (string)',
      allowed: "1 to 63 lower-case letters, digits, `.`, `_` or `-`, starting with a letter or digit",
      fix: "rename the entry",
    });
  });

  test("an unknown key within an entry is answered with the nearest known one", () => {
    expect(faultOf({ gateway: { limits: { tenants: { acme: { requestPerMinute: 1 } } } } })).toMatchObject({
      path: "gateway.limits.tenants.acme.requestPerMinute",
      allowed: "requestsPerMinute, inputTokensPerMinute, outputTokensPerMinute, concurrency",
      fix: expect.stringContaining("did you mean gateway.limits.tenants.acme.requestsPerMinute?"),
    });
  });

  test("the share of a region is sent to where the regions are", () => {
    expect(faultOf({ gateway: { budgets: { regionShare: 0.5 } } })).toMatchObject({
      path: "gateway.budgets.regionShare",
      fix: "remove it, and state the part of each region as regions[].share",
    });
  });
});

describe("fallbacks", () => {
  const chain = (name: string, ...models: string[]) => ({ gateway: { fallbacks: { [name]: models } } });

  test("are models of the table, by id or alias", () => {
    expect(() => read(chain("claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-4-5"))).not.toThrow();
  });

  test.each([
    [chain("claude-opus-5-5", "claude-sonet-5-5"), "claude-opus-5-5[0]", "did you mean claude-sonnet-5-5?"],
    [chain("claude-opus-55", "claude-sonnet-5-5"), "claude-opus-55", "did you mean claude-opus-5-5?"],
    [chain("claude-opus-5-5", "llama"), "claude-opus-5-5[0]", "name one of them"],
    [chain("claude-opus-5-5", "claude-opus-4-0"), "claude-opus-5-5[0]", "use claude-opus-4-8 instead"],
    [chain("claude-opus-5-5", "claude-opus-5-5"), "claude-opus-5-5[0]", "remove it"],
    [
      chain("claude-opus-5-5", "claude-haiku-4-5", "claude-haiku-4-5-20251001"),
      "claude-opus-5-5[1]",
      "remove it",
    ],
  ])("%j are refused", (changes, place, fix) => {
    expect(faultOf(changes)).toMatchObject({ path: `gateway.fallbacks.${place}`, fix });
  });

  test("are stated once for each model, under one of its names", () => {
    const next = ["claude-sonnet-5-5"];
    const fallbacks = { "claude-haiku-4-5": next, "claude-haiku-4-5-20251001": next };
    expect(faultOf({ gateway: { fallbacks } })).toMatchObject({
      path: "gateway.fallbacks.claude-haiku-4-5-20251001",
      got: "a second chain of the same model, which is claude-haiku-4-5 too",
    });
  });
});

describe("an issuer of tokens", () => {
  const issuer = { issuer: "https://idp.example.com", audience: "agents" };
  const jwksUrl = "https://idp.example.com/keys";
  const jwt = (...urls: string[]) => ({
    gateway: {
      identity: {
        jwt: urls.map((url, index) => ({ ...issuer, issuer: `${issuer.issuer}/${index}`, jwksUrl: url })),
      },
    },
    networkPolicy: { identityCidrs: ["203.0.113.0/24"] },
  });

  test.each([jwksUrl, "http://127.0.0.1:9000/keys", "http://localhost/keys"])(
    "may keep its keys at %s",
    (url) => {
      expect(() => read(jwt(url))).not.toThrow();
    },
  );

  test.each(["http://idp.example.com/keys", "https://user:hunter2@idp.example.com/keys", "file:///keys"])(
    "may not keep them at %s",
    (url) => {
      const error = errorOf(jwt(url));
      expect(error.faults.map(({ path }) => path)).toEqual(["gateway.identity.jwt[0].jwksUrl"]);
      expect(error.message).not.toContain("hunter2");
    },
  );

  test("is listed once", () => {
    const entry = { ...issuer, jwksUrl };
    expect(faultOf({ ...jwt(), gateway: { identity: { jwt: [entry, entry] } } })).toMatchObject({
      path: "gateway.identity.jwt[1].issuer",
      fix: "remove one of the two",
    });
  });

  test("needs the address ranges of its keys, which the network policies keep out of reach otherwise", () => {
    const { gateway } = jwt(jwksUrl, "http://127.0.0.1:9000/keys");
    const path = "networkPolicy.identityCidrs";
    const got = "no ranges, although gateway.identity.jwt has keys at idp.example.com";
    for (const networkPolicy of [{}, { identityCidrs: [] }]) {
      expect(faultOf({ gateway, networkPolicy })).toMatchObject({ path, got });
    }
  });

  test("needs none for keys within the pod", () => {
    const { gateway } = jwt("http://127.0.0.1:9000/keys");
    expect(() => read({ gateway })).not.toThrow();
  });

  test("may not keep its keys where clouds hand out credentials", () => {
    const networkPolicy = { identityCidrs: ["169.254.169.254/32"] };
    expect(faultOf({ ...jwt(jwksUrl), networkPolicy }).path).toBe("networkPolicy.identityCidrs[0]");
  });
});

test("fault 9: an API key in the place of a key's id is refused and not shown", () => {
  const error = errorOf({ gateway: { limits: { keys: { [CANARY]: { requestsPerMinute: "canary" } } } } });
  expect(error.faults).toEqual([
    expect.objectContaining({
      path: "gateway.limits.keys.[secret]",
      got: "a secret in plain text (not shown)",
    }),
  ]);
  expect(error.message).not.toContain("canary");
});

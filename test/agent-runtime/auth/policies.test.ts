import { afterEach, describe, expect, it } from "vitest";
import { readDefaultPolicies } from "../../../agent-runtime/src/auth/cedar-assets.ts";
import type { Action, Identity } from "../../../agent-runtime/src/auth/identity.ts";
import { Policies, type PolicySubject } from "../../../agent-runtime/src/auth/policies.ts";
import { readPolicySet } from "../../../agent-runtime/src/auth/policy-set.ts";
import { createConfigFolder, mountConfigMap } from "../config/config-folder.ts";
import { eventually } from "../config/eventually.ts";
import { createReloadRecorder } from "../config/reload-recorder.ts";

const cleanUps: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

function open(folder: string) {
  const recorder = createReloadRecorder();
  const policies = new Policies({ folder, ...recorder });
  cleanUps.push(() => policies.close());
  return { policies, ...recorder };
}

async function openWith(files: Record<string, string> = {}) {
  const { path, remove } = await createConfigFolder(files);
  cleanUps.push(remove);
  return open(path).policies;
}

async function faultsOf(files: Record<string, string>): Promise<unknown> {
  const thrown: unknown = await openWith(files).catch((error: unknown) => error);
  expect(thrown).toMatchObject({ name: "ConfigError" });
  return (thrown as { faults: unknown }).faults;
}

const key = (roles: readonly string[] = [], change: Partial<Identity> = {}): Identity => ({
  tenant: "acme",
  keyId: "0123456789abcdef",
  roles,
  provider: "api-key",
  ...change,
});

const SUPPORT: PolicySubject = { model: "claude-opus-5-5", agent: "support" };
const NO_POLICY = { allowed: false, decidedBy: "no policy permits this" };

describe("the shipped policies", () => {
  it.each<[Action, PolicySubject]>([
    ["messages:create", SUPPORT],
    ["messages:count-tokens", SUPPORT],
    ["models:list", { agent: "direct" }],
    ["models:list", {}],
  ])("permit %s to any key", async (action, subject) => {
    const policies = await openWith();
    const decision = { allowed: true, decidedBy: "any-key-uses-models" };
    expect(policies.decide(key(), action, subject)).toEqual(decision);
  });

  const areas = ["breakers", "budgets", "caches", "keys", "limits", "switches", "usage", "process"] as const;

  it.each(areas)("let an admin read and change, an operator read, and nobody else near %s", async (area) => {
    const policies = await openWith();
    const decide = (role: string, verb: "read" | "write") =>
      policies.decide(key([role]), `admin:${area}:${verb}`);
    const byAdmin = { allowed: true, decidedBy: "admin-administers" };
    expect(decide("admin", "read")).toEqual(byAdmin);
    expect(decide("admin", "write")).toEqual(byAdmin);
    expect(decide("operator", "read")).toEqual({ allowed: true, decidedBy: "operator-reads" });
    for (const refused of [
      decide("operator", "write"),
      decide("viewer", "read"),
      decide("viewer", "write"),
    ]) {
      expect(refused).toEqual(NO_POLICY);
    }
  });

  it.each([
    ["admin", true],
    ["operator", true],
    ["viewer", false],
  ])("let %s pass through to the upstream: %s", async (role, allowed) => {
    const policies = await openWith();
    expect(policies.decide(key([role]), "upstream:pass-through", { agent: "direct" }).allowed).toBe(allowed);
  });

  it("name only what exists, which is not checked at start", () => {
    expect(() => readPolicySet([{ name: "default.cedar", text: readDefaultPolicies() }], true)).not.toThrow();
  });
});

describe("policies of one's own", () => {
  it("name every one that permits", async () => {
    const policies = await openWith({
      "more.cedar":
        '@id("acme-lists") permit(principal in Tenant::"acme", action == Action::"models:list", resource);',
    });
    const decision = { allowed: true, decidedBy: "acme-lists,any-key-uses-models" };
    expect(policies.decide(key(), "models:list")).toEqual(decision);
  });

  it("can forbid what is shipped, by tenant, key, role, provider, model and agent", async () => {
    const policies = await openWith({
      "forbid.cedar": `
@id("no-opus-for-support")
forbid(principal in Tenant::"acme", action == Action::"messages:create", resource == Model::"claude-opus-5-5")
  when { context.agent == "support" };
@id("not-this-key") forbid(principal == Key::"bad", action, resource);
@id("no-tokens") forbid(principal, action, resource) when { principal.provider == "jwt" };
@id("no-interns") forbid(principal, action, resource) when { principal.roles.contains("intern") };
`,
    });
    const decide = (identity: Identity, subject = SUPPORT) =>
      policies.decide(identity, "messages:create", subject).decidedBy;
    expect(decide(key())).toBe("no-opus-for-support");
    expect(decide(key(), { ...SUPPORT, agent: "direct" })).toBe("any-key-uses-models");
    expect(decide(key(), { ...SUPPORT, model: "claude-haiku-5-5" })).toBe("any-key-uses-models");
    expect(decide(key([], { tenant: "other" }))).toBe("any-key-uses-models");
    expect(decide(key([], { tenant: "other", keyId: "bad" }))).toBe("not-this-key");
    expect(decide(key([], { tenant: "other", provider: "jwt" }))).toBe("no-tokens");
    expect(decide(key(["intern"], { tenant: "other" }))).toBe("no-interns");
  });

  it("forbid by failing too, instead of letting pass", async () => {
    const policies = await openWith({
      "overflow.cedar":
        '@id("overflow") forbid(principal, action, resource) when { 9223372036854775807 + 1 > 0 };',
    });
    expect(policies.decide(key(), "models:list")).toEqual({ allowed: false, decidedBy: "overflow" });
  });

  it("see the resource as the model, else the agent, else the gateway", async () => {
    const policies = await openWith({
      "resources.cedar": `
@id("model") forbid(principal, action == Action::"models:list", resource == Model::"m");
@id("agent") forbid(principal, action == Action::"models:list", resource == Agent::"a");
@id("gateway") forbid(principal, action == Action::"models:list", resource == Gateway::"this");
`,
    });
    const decide = (subject: PolicySubject) => policies.decide(key(), "models:list", subject).decidedBy;
    expect(decide({ model: "m", agent: "a" })).toBe("model");
    expect(decide({ agent: "a" })).toBe("agent");
    expect(decide({})).toBe("gateway");
  });

  it.each(["\ud800", "a\u0000b", 'x", "y', "𝄞", "\n"])("decide about a model called %j", async (model) => {
    const policies = await openWith();
    expect(policies.decide(key(), "messages:create", { model, agent: "direct" }).allowed).toBe(true);
  });
});

describe("a policy file", () => {
  it("is refused with every fault of every file, by file and line", async () => {
    const faults = await faultsOf({
      "a.cedar":
        '// é\npermit(principal, action, resource);\n\n@id("b c") permit(principal, action, resource);',
      "b.cedar": `// ${"é".repeat(9)}\n@id("x") permit(principal, action, resource)\n  when { 1 + };\n\n\n\n`,
      "c.cedar": '@id("t")\npermit(principal == ?principal, action, resource);',
    });
    const annotation = 'an annotation @id("…") of 1 to 63 letters, digits, `.`, `_` or `-` at each policy';
    expect(faults).toEqual([
      { path: "a.cedar:2", got: "none", allowed: annotation },
      { path: "a.cedar:4", got: '"b c"', allowed: annotation },
      { path: "b.cedar:3", allowed: expect.stringContaining("unexpected token `}`") },
      { path: "c.cedar:1", allowed: "policies without slots such as ?principal: nothing would fill them" },
    ]);
  });

  it.each([
    ["in another file", { "a.cedar": POLICY("x"), "b.cedar": `\n${POLICY("x")}` }, "b.cedar:2", "a.cedar:1"],
    ["in the same file", { "a.cedar": `${POLICY("x")}\n${POLICY("x", "forbid")}` }, "a.cedar:2", "a.cedar:1"],
    [
      "among the shipped",
      { "a.cedar": POLICY("operator-reads") },
      "a.cedar:1",
      expect.stringMatching(/^each id once; default\.cedar \(shipped\):\d+ has it too$/),
    ],
  ])("is refused with an id that stands %s too", async (_where, files, path, other) => {
    const allowed = typeof other === "string" ? `each id once; ${other} has it too` : other;
    expect(await faultsOf(files)).toEqual([{ path, got: expect.stringMatching(/^@id\(".+"\)$/), allowed }]);
  });

  it.each([
    ["an action", 'permit(principal, action == Action::"mesages:create", resource);', "mesages:create"],
    ["an attribute", 'permit(principal, action, resource) when { principal.role.contains("x") };', "`role`"],
    ["a kind of entity", 'permit(principal, action, resource == Modell::"x");', "Modell"],
    [
      "a part of the context",
      'forbid(principal, action, resource) when { context.session == "x" };',
      "session",
    ],
    [
      "a resource of another action",
      'forbid(principal, action == Action::"messages:create", resource == Agent::"x");',
      "impossible",
    ],
  ])("is refused where it names %s that does not exist", async (_what, policy, said) => {
    const faults = await faultsOf({ "a.cedar": `// first line\n@id("x")\n${policy}` });
    expect(faults).toContainEqual({
      path: expect.stringMatching(/^a\.cedar:[23]$/),
      allowed: expect.stringContaining(said),
    });
  });

  it("may have comments and further annotations around the id", async () => {
    const policies = await openWith({
      "a.cedar": `
// @id("not-this") permit
@advice("say \\"permit\\" // or @id(\\"nor-this\\")")
// forbid
@shadow
@id("this")
forbid ( principal, action, resource );`,
    });
    expect(policies.decide(key(), "models:list").decidedBy).toBe("this");
  });

  it("is not read when it is called otherwise", async () => {
    const policies = await openWith({ "a.cedar.bak": "nonsense", "gateway.yaml": "nonsense" });
    expect(policies.decide(key(), "models:list").allowed).toBe(true);
  });
});

function POLICY(id: string, effect = "permit"): string {
  return `@id("${id}") ${effect}(principal, action, resource);`;
}

describe("changed policies", () => {
  it("decide anew, also what was decided before", async () => {
    const mount = await mountConfigMap({ "own.cedar": POLICY("closed", "forbid") });
    cleanUps.push(mount.remove);
    const { policies } = open(mount.path);
    const decide = () => policies.decide(key(), "messages:create", SUPPORT).decidedBy;
    await policies.watch();
    expect(decide()).toBe("closed");
    await mount.update({ "own.cedar": POLICY("open") });
    await eventually(() => expect(decide()).toBe("any-key-uses-models,open"));
    await mount.update({});
    await eventually(() => expect(decide()).toBe("any-key-uses-models"));
  });

  it("fault 60: stay the last good ones when the new ones are invalid", async () => {
    const mount = await mountConfigMap({ "own.cedar": POLICY("closed", "forbid") });
    cleanUps.push(mount.remove);
    const { policies, counted, errors } = open(mount.path);
    await policies.watch();
    await mount.update({ "own.cedar": `${POLICY("open")}\npermit(` });
    await eventually(() => expect(counted).toEqual(["policies refused"]));
    expect(errors()).toMatchObject([{ faults: [{ path: "own.cedar:2" }] }]);
    expect(policies.decide(key(), "models:list").decidedBy).toBe("closed");
  });

  it("are those of one gateway, not of another in the same process", async () => {
    const closed = await openWith({ "own.cedar": POLICY("closed", "forbid") });
    const open = await openWith();
    expect(closed.decide(key(), "models:list").allowed).toBe(false);
    expect(open.decide(key(), "models:list").allowed).toBe(true);
    expect(closed.decide(key([], { tenant: "b" }), "models:list").allowed).toBe(false);
  });
});

describe("a decision", () => {
  it("is remembered for the same question and made anew for every other", async () => {
    const policies = await openWith();
    const first = policies.decide(key(), "messages:create", SUPPORT);
    expect(policies.decide(key(), "messages:create", { ...SUPPORT })).toBe(first);
    const others: [Identity, Action, PolicySubject][] = [
      [key(["a"]), "messages:create", SUPPORT],
      [key([], { tenant: "b" }), "messages:create", SUPPORT],
      [key([], { keyId: "b" }), "messages:create", SUPPORT],
      [key([], { provider: "jwt" }), "messages:create", SUPPORT],
      [key(), "messages:count-tokens", SUPPORT],
      [key(), "messages:create", { ...SUPPORT, model: "b" }],
      [key(), "messages:create", { ...SUPPORT, agent: "b" }],
    ];
    for (const other of others) expect(policies.decide(...other)).not.toBe(first);
  });
});

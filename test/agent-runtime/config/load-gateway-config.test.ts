import { afterEach, describe, expect, it } from "vitest";
import { DEFAULT_GATEWAY_CONFIG } from "../../../agent-runtime/src/config/gateway-config.ts";
import { loadGatewayConfig } from "../../../agent-runtime/src/config/load-gateway-config.ts";
import { loadModels, type ModelFacts } from "../../../agent-runtime/src/gateway/models.ts";
import { createConfigFolder, mountConfigMap } from "./config-folder.ts";
import { eventually } from "./eventually.ts";
import { createReloadRecorder } from "./reload-recorder.ts";

const [first, second, retired] = loadModels().models as [ModelFacts, ModelFacts, ModelFacts];
const MODELS = catalogue([
  { ...first, id: "claude-a", aliases: ["claude-a-latest"] },
  { ...second, id: "claude-b", aliases: [] },
  {
    ...retired,
    id: "claude-old",
    aliases: ["claude-old-latest"],
    retiresOn: "2026-11-25",
    replacement: "claude-b",
  },
]);

function catalogue(models: readonly ModelFacts[]) {
  const find = (name: string) => models.find(({ id, aliases }) => id === name || aliases.includes(name));
  return { ...loadModels(), models, find };
}

const cleanUps: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

function load(folder: string, day = "2026-11-25") {
  const recorder = createReloadRecorder();
  const now = () => new Date(`${day}T12:00:00Z`);
  const source = loadGatewayConfig({ folder, models: MODELS, now, ...recorder });
  cleanUps.push(() => source.close());
  return { source, ...recorder };
}

async function loadLogged(text: string, day?: string) {
  const { path, remove } = await createConfigFolder({ "gateway.yaml": text });
  cleanUps.push(remove);
  return load(path, day);
}

const loadText = async (text: string, day?: string) => (await loadLogged(text, day)).source.current;

async function faultsOf(text: string, day?: string): Promise<readonly unknown[]> {
  const thrown: unknown = await loadText(text, day).catch((error: unknown) => error);
  expect(thrown).toMatchObject({ name: "ConfigError" });
  return (thrown as { faults: unknown[] }).faults;
}

const MODEL_IDS = "a model of this build: claude-a, claude-b, claude-old";

describe("the gateway's configuration", () => {
  it("is the default where there is no file", async () => {
    const { path, remove } = await createConfigFolder({ "other.yaml": "[" });
    cleanUps.push(remove);
    expect(load(path).source.current).toBe(DEFAULT_GATEWAY_CONFIG);
  });

  it.each([
    ["an empty file", ""],
    ["comments alone", "# nothing yet\n"],
    ["an empty map", "{}"],
  ])("is the default with %s", async (_what, text) =>
    expect(await loadText(text)).toEqual(DEFAULT_GATEWAY_CONFIG),
  );

  it("takes what the file says and the default of all else", async () => {
    const config = await loadText(`
timeZone: Europe/Berlin
budgets: { tenants: { acme: { dayUsd: 12.5 } } }
fallbacks: { claude-a: [claude-b], claude-b: [claude-a-latest] }
`);
    expect(config).toEqual({
      ...DEFAULT_GATEWAY_CONFIG,
      timeZone: "Europe/Berlin",
      budgets: { ...DEFAULT_GATEWAY_CONFIG.budgets, tenants: { acme: { dayUsd: 12.5 } } },
      fallbacks: { "claude-a": ["claude-b"], "claude-b": ["claude-a-latest"] },
    });
  });

  it("lists all faults at once, with path, value and what is allowed", async () => {
    const faults = await faultsOf(`
timeZone: Mars
limits:
  key: { requestsPerMinute: many, burst: 3 }
  tenants: { "A!": {} }
budgets: { regionShare: 0 }
whenStoreIsLost: maybe
identity: { jwt: [{ issuer: https://a.example }] }
fallbacks: { claude-x: [claude-b] }
`);
    expect(faults).toEqual([
      {
        path: "gateway.yaml: timeZone",
        got: '"Mars"',
        allowed: "must be a name of the time zone database, such as Europe/Berlin",
      },
      { path: "gateway.yaml: limits.key.requestsPerMinute", got: '"many"', allowed: "number" },
      {
        path: "gateway.yaml: limits.key.burst",
        allowed:
          "there is no such key here; there are: requestsPerMinute, inputTokensPerMinute, outputTokensPerMinute, concurrency",
      },
      {
        path: "gateway.yaml: limits.tenants.A!",
        got: '"A!"',
        allowed: "must be lower-case letters, digits, `.`, `_` or `-`",
      },
      { path: "gateway.yaml: budgets.regionShare", got: "0", allowed: "number to be >0" },
      { path: "gateway.yaml: whenStoreIsLost", got: '"maybe"', allowed: 'one of "deny"|"allow"' },
      { path: "gateway.yaml: identity.jwt.0.audience", got: "nothing", allowed: "string" },
      { path: "gateway.yaml: identity.jwt.0.jwksUrl", got: "nothing", allowed: "string" },
    ]);
  });

  it("checks fallbacks beside the faults of another part", async () => {
    expect(await faultsOf("timeZone: Mars\nfallbacks: { claude-x: [claude-b] }")).toEqual([
      expect.objectContaining({ path: "gateway.yaml: timeZone" }),
      { path: "gateway.yaml: fallbacks.claude-x", got: '"claude-x"', allowed: MODEL_IDS },
    ]);
  });

  it.each(["limts: {}", "cache: { agents: [], maxEntrys: 3 }", "identity: { jwt: [{ clientId: x }] }"])(
    "names the known keys where %s holds an unknown one",
    async (text) => {
      const unknown = expect.objectContaining({
        allowed: expect.stringContaining("there is no such key here; there are: "),
      });
      expect(await faultsOf(text)).toContainEqual(unknown);
    },
  );

  it("refuses a file that is no map", async () => {
    expect(await faultsOf("- a")).toEqual([
      { path: "gateway.yaml: (whole file)", got: '["a"]', allowed: "object" },
    ]);
  });
});

describe("the YAML of the gateway's configuration", () => {
  it.each([
    ["a key twice", "cache: {}\ntimeZone: UTC\ntimeZone: Europe/Paris", "gateway.yaml:3", "unique"],
    ["a key twice in a flow map", "cache: { ttlSeconds: 1, ttlSeconds: 2 }", "gateway.yaml:1", "unique"],
    ["a syntax error", "cache:\n  - [", "gateway.yaml:2", "Flow sequence"],
    ["two documents", "cache: {}\n---\ncache: {}", "gateway.yaml:2", "multiple documents"],
    ["a tag of its own", "timeZone: !env ZONE", "gateway.yaml:1", "tag"],
    ["an alias without an anchor", "cache: *nothing", "gateway.yaml", "nothing"],
  ])("is refused with %s", async (_what, text, path, allowed) => {
    expect(await faultsOf(text)).toContainEqual({ path, allowed: expect.stringContaining(allowed) });
  });

  it("may repeat a part by anchor and alias", async () => {
    const config = await loadText("budgets: { tenant: &caps { dayUsd: 5 }, agent: *caps }");
    expect(config.budgets.agent).toEqual({ dayUsd: 5 });
  });

  it("is refused where nested aliases would unfold without measure", async () => {
    const levels = Array.from({ length: 9 }, (_, level) => {
      const item = level === 0 ? "x" : `*l${level - 1}`;
      return `  l${level}: &l${level} [${Array(9).fill(item).join(", ")}]`;
    });
    expect(await faultsOf(`fallbacks:\n${levels.join("\n")}`)).toEqual([
      { path: "gateway.yaml", allowed: expect.stringContaining("Excessive alias count") },
    ]);
  });
});

describe("a fallback chain", () => {
  it.each([
    ["names an unknown model", "claude-a: [claude-x]", "0", "claude-x", MODEL_IDS],
    [
      "holds its own model",
      "claude-a: [claude-b, claude-a]",
      "1",
      "claude-a",
      "a model that the chain does not hold already",
    ],
    [
      "holds its own model's alias",
      "claude-a: [claude-a-latest]",
      "0",
      "claude-a-latest",
      "a model that the chain does not hold already",
    ],
    [
      "holds a model twice",
      "claude-a: [claude-b, claude-b]",
      "1",
      "claude-b",
      "a model that the chain does not hold already",
    ],
  ])("is refused where it %s", async (_what, chain, index, got, allowed) => {
    const path = `gateway.yaml: fallbacks.claude-a.${index}`;
    expect(await faultsOf(`fallbacks: { ${chain} }`)).toEqual([{ path, got: JSON.stringify(got), allowed }]);
  });

  it("may hold a model on the day before it retires", async () => {
    const { source, lines } = await loadLogged("fallbacks: { claude-a: [claude-old] }", "2026-11-24");
    expect(source.current.fallbacks).toEqual({ "claude-a": ["claude-old"] });
    expect(lines).toEqual([]);
  });

  it("leaves out a model from the day it retires, with one warning, and the process starts", async () => {
    const chains = "{ claude-a: [claude-old, claude-b], claude-b: [claude-old-latest, claude-a] }";
    const { source, lines } = await loadLogged(`fallbacks: ${chains}`);
    expect(source.current.fallbacks).toEqual({ "claude-a": ["claude-b"], "claude-b": ["claude-a"] });
    expect(lines).toMatchObject([
      { level: "warn", model: "claude-old", retiresOn: "2026-11-25", replacement: "claude-b" },
    ]);
    expect(lines).toHaveLength(1);
  });

  it("is none when all its models are retired", async () => {
    const { fallbacks } = await loadText("fallbacks: { claude-a: [claude-old] }");
    expect(fallbacks).toEqual({});
  });

  it("of a retired model stays, because it answers in that one's place", async () => {
    const { source, lines } = await loadLogged("fallbacks: { claude-old: [claude-a] }");
    expect(source.current.fallbacks).toEqual({ "claude-old": ["claude-a"] });
    expect(lines).toEqual([]);
  });

  it("is one for each model, whatever it is called", async () => {
    expect(await faultsOf("fallbacks: { claude-a: [claude-b], claude-a-latest: [claude-b] }")).toEqual([
      {
        path: "gateway.yaml: fallbacks.claude-a-latest",
        allowed: "one chain a model; claude-a is the same model",
      },
    ]);
  });
});

describe("a token issuer", () => {
  const issuer = (jwksUrl: string) => `{ issuer: "https://a.example", audience: me, jwksUrl: "${jwksUrl}" }`;

  it.each(["http://a.example/keys", "https://user:secret@a.example/keys", "file:///keys"])(
    "is refused with keys at %s, which is not shown",
    async (url) => {
      const faults = await faultsOf(`identity: { jwt: [${issuer(url)}] }`);
      expect(faults).toEqual([
        {
          path: "gateway.yaml: identity.jwt.0.jwksUrl",
          allowed: "an https URL without user and password (plain http only to a loopback address)",
        },
      ]);
    },
  );

  it.each(["https://a.example/keys", "http://127.0.0.1:9/keys"])("may have keys at %s", async (url) => {
    const config = await loadText(`identity: { jwt: [${issuer(url)}] }`);
    expect(config.identity.jwt).toHaveLength(1);
  });

  it("is named once", async () => {
    const twice = `${issuer("https://a.example/1")}, ${issuer("https://a.example/2")}`;
    expect(await faultsOf(`identity: { jwt: [${twice}] }`)).toEqual([
      {
        path: "gateway.yaml: identity.jwt.1.issuer",
        got: '"https://a.example"',
        allowed: "each issuer once",
      },
    ]);
  });
});

describe("a changed gateway.yaml", () => {
  it("fault 60: is refused when it is invalid and taken over when it is valid", async () => {
    const mount = await mountConfigMap({ "gateway.yaml": "processShare: 0.5" });
    cleanUps.push(mount.remove);
    const { source, counted, errors } = load(mount.path);
    const heard: number[] = [];
    source.onChange(({ processShare }) => heard.push(processShare));
    await source.watch();
    await mount.update({ "gateway.yaml": "processShare: 2\nunknown: 1" });
    await eventually(() => expect(counted).toEqual(["gateway.yaml refused"]));
    expect(source.current.processShare).toBe(0.5);
    expect(errors()[0]).toMatchObject({ faults: [{ got: "2" }, { path: "gateway.yaml: unknown" }] });
    await mount.update({ "gateway.yaml": "processShare: 0.25" });
    await eventually(() => expect(source.current.processShare).toBe(0.25));
    expect(heard).toEqual([0.25]);
    expect(counted).toEqual(["gateway.yaml refused", "gateway.yaml taken"]);
  });
});

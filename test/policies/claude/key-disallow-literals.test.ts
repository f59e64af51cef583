import { describe, expect, it } from "vitest";
import { keyDisallowLiterals } from "../../../policies/claude/key-disallow-literals.ts";
import { judge, UNKNOWN } from "../judge.ts";
import { deployment, EVERY_PLACE, POD_SPEC, podSpecWith } from "../workloads.ts";
import { configMap } from "./objects.ts";

const PASSES = { violations: [], undecided: undefined };
const KEY = "ANTHROPIC_API_KEY";
const FILE = "ANTHROPIC_API_KEY_FILE";
const CANARY = "canary-0f9a8b7c";

const judgeEnv = (variable: object, config = {}) =>
  judge(keyDisallowLiterals, deployment(podSpecWith("containers", { env: [{ name: KEY, ...variable }] })), {
    config,
  });

const mounted = (source: object, mount: object = {}, volumes: unknown = [{ name: "key", ...source }]) =>
  deployment({
    ...POD_SPEC,
    volumes,
    containers: [
      { name: "main", volumeMounts: [{ name: "key", mountPath: "/app/secrets/upstream", ...mount }] },
    ],
  });

describe("key-disallow-literals", () => {
  it.each([
    ["a reference to a Secret", { valueFrom: { secretKeyRef: { name: "a", key: "b" } } }],
    ["an empty value", { value: "" }],
    ["nothing", {}],
    ["null", { value: null, valueFrom: null }],
  ])("allows %s", async (_, variable) => {
    expect(await judgeEnv(variable)).toEqual(PASSES);
  });

  it.each(EVERY_PLACE)(
    "refuses a literal in $list of a $kind, and does not repeat it",
    async ({ build, list }) => {
      const podSpec = podSpecWith(list, { env: [{ name: KEY, value: CANARY }] });
      const { violations } = await judge(keyDisallowLiterals, build(podSpec));
      expect(violations).toEqual([
        expect.stringContaining(
          "env[0].value: ANTHROPIC_API_KEY stands there in plain. Keep the key in a Secret",
        ),
      ]);
      expect(violations[0]).not.toContain(CANARY);
    },
  );

  it.each([
    ["a ConfigMap", { configMapKeyRef: { name: "a", key: "b" } }],
    ["a field of the pod", { fieldRef: { fieldPath: "metadata.name" } }],
    ["nowhere", {}],
    ["a Secret that is null", { secretKeyRef: null }],
  ])("refuses a key from %s", async (_, valueFrom) => {
    expect((await judgeEnv({ valueFrom })).violations).toEqual([
      expect.stringContaining("valueFrom: ANTHROPIC_API_KEY comes from no Secret."),
    ]);
  });

  it("refuses a value that is no text", async () => {
    expect((await judgeEnv({ value: 5 })).violations).toHaveLength(1);
  });

  it.each([KEY, "ANTHROPIC_AUTH_TOKEN"])("refuses %s in a ConfigMap", async (name) => {
    const { violations } = await judge(keyDisallowLiterals, configMap({ [name]: CANARY, OTHER: "x" }));
    expect(violations).toEqual([expect.stringContaining(`at .data.${name}: ${name} stands there in plain.`)]);
    expect(violations[0]).not.toContain(CANARY);
  });

  it.each(["", null])("allows a ConfigMap that leaves it at %j", async (value) => {
    expect(await judge(keyDisallowLiterals, configMap({ [KEY]: value }))).toEqual(PASSES);
  });

  it("looks for other variables where the configuration names them", async () => {
    const config = { variables: ["MY_KEY"] };
    expect(
      (await judge(keyDisallowLiterals, configMap({ MY_KEY: "x" }), { config })).violations,
    ).toHaveLength(1);
    expect((await judgeEnv({ value: CANARY }, config)).violations).toEqual([]);
  });

  it.each([
    ["a Secret", { secret: { secretName: "a" } }],
    ["the driver of a vault", { csi: { driver: "secrets-store.csi.k8s.io" } }],
    [
      "Secrets put together",
      { projected: { sources: [{ secret: { name: "a" } }, { secret: { name: "b" } }] } },
    ],
  ])("allows a volume made of %s", async (_, source) => {
    expect(await judge(keyDisallowLiterals, mounted(source))).toEqual(PASSES);
  });

  it.each([
    ["a ConfigMap", { configMap: { name: "a" } }],
    ["an empty folder", { emptyDir: {} }],
    ["a folder of the node", { hostPath: { path: "/" } }],
    ["another driver", { csi: { driver: "efs.csi.aws.com" } }],
    ["nothing put together", { projected: { sources: [] } }],
    [
      "a Secret and a ConfigMap put together",
      { projected: { sources: [{ secret: { name: "a" } }, { configMap: { name: "b" } }] } },
    ],
    ["a Secret that is null", { secret: null }],
  ])("refuses a volume made of %s", async (_, source) => {
    expect((await judge(keyDisallowLiterals, mounted(source))).violations).toEqual([
      expect.stringContaining(
        '.volumes[0]: container "main" reads keys from a volume that is made of no Secret. Keep the key',
      ),
    ]);
  });

  it("refuses a mount whose volume the pod does not have, such as a claim", async () => {
    const claim = mounted({}, {}, [{ name: "other", secret: {} }]);
    expect((await judge(keyDisallowLiterals, claim)).violations).toEqual([
      expect.stringContaining(".volumeMounts[0]: container"),
    ]);
    expect(
      (await judge(keyDisallowLiterals, mounted({ secret: {} }, { name: null }, [{ secret: {} }])))
        .violations,
    ).toHaveLength(1);
  });

  it.each([
    ["/app/secrets", 1],
    ["/app/secrets/", 1],
    ["/app/secrets/a/b", 1],
    ["/app/secretsauce", 0],
    ["/app", 0],
    ["/elsewhere/app/secrets", 0],
  ])("minds what is mounted at %s", async (mountPath, count) => {
    const { violations } = await judge(keyDisallowLiterals, mounted({ emptyDir: {} }, { mountPath }));
    expect(violations).toHaveLength(count);
  });

  it("minds another folder where the configuration names it", async () => {
    const config = { folder: "/keys" };
    const at = (mountPath: string) =>
      judge(keyDisallowLiterals, mounted({ emptyDir: {} }, { mountPath }), { config });
    expect((await at("/keys/a")).violations).toHaveLength(1);
    expect((await at("/app/secrets")).violations).toEqual([]);
  });

  it.each([
    ["/app/secrets/upstream/api-key", 0],
    ["", 0],
    [null, 0],
    ["/app/config/api-key", 1],
    ["/app/secrets/../config/api-key", 1],
    [5, 1],
  ])("reads the key from %j only below that folder", async (path, count) => {
    expect((await judge(keyDisallowLiterals, configMap({ [FILE]: path }))).violations).toHaveLength(count);
    const podSpec = podSpecWith("containers", { env: [{ name: FILE, value: path }] });
    expect((await judge(keyDisallowLiterals, deployment(podSpec))).violations).toHaveLength(count);
  });

  it("says where the file has to be", async () => {
    expect((await judge(keyDisallowLiterals, configMap({ [FILE]: "/x" }))).violations).toEqual([
      expect.stringContaining(
        'the key is read from "/x", which is not below /app/secrets. Mount a Secret below /app/secrets',
      ),
    ]);
  });

  it.each([
    ["the data", configMap(UNKNOWN), ".data"],
    ["a value in a ConfigMap", configMap({ [KEY]: UNKNOWN }), `.data.${KEY}`],
    ["the file", configMap({ [FILE]: UNKNOWN }), `.data.${FILE}`],
    ["a volume", mounted({ secret: UNKNOWN }), ".volumes[0].secret"],
    ["a driver", mounted({ csi: { driver: UNKNOWN } }), ".csi.driver"],
    [
      "one of several sources",
      mounted({ projected: { sources: [{ secret: {} }, { secret: UNKNOWN }] } }),
      ".sources[1].secret",
    ],
    ["a place", mounted({ emptyDir: {} }, { mountPath: UNKNOWN }), ".mountPath"],
    ["the name of a mount", mounted({ secret: {} }, { name: UNKNOWN }), ".volumeMounts[0].name"],
    ["the name of a volume", mounted({}, {}, [{ name: UNKNOWN, secret: {} }]), ".volumes[0].name"],
    ["the volumes", mounted({}, {}, UNKNOWN), ".volumes"],
  ])("is undecided while %s is not known", async (_, object, path) => {
    const { violations, undecided } = await judge(keyDisallowLiterals, object);
    expect(violations).toEqual([]);
    expect(undecided).toContain(path);
  });

  it.each([
    ["a literal", { value: UNKNOWN }, ".value"],
    ["a reference", { valueFrom: { secretKeyRef: UNKNOWN } }, ".secretKeyRef"],
  ])("is undecided while %s is not known", async (_, variable, path) => {
    const { violations, undecided } = await judgeEnv(variable);
    expect(violations).toEqual([]);
    expect(undecided).toContain(path);
  });

  it.each(["/app", "/app/", "/", "/app/x/.."])(
    "refuses something else at %s, from which a key is read",
    async (mountPath) => {
      const of = (env: object[]) =>
        judge(
          keyDisallowLiterals,
          deployment({
            ...POD_SPEC,
            volumes: [{ name: "key", emptyDir: {} }],
            containers: [{ name: "main", env, volumeMounts: [{ name: "key", mountPath }] }],
          }),
        );
      const { violations } = await of([{ name: FILE, value: "/app/secrets/key" }]);
      expect(violations).toEqual([
        expect.stringContaining("reads keys from a volume that is made of no Secret."),
      ]);
      expect(await of([{ name: "OTHER", value: "x" }])).toEqual(PASSES);
    },
  );

  it.each(["/app//secrets/upstream", "/app/./secrets", "/app/x/../secrets/upstream"])(
    "knows the folder as %s too",
    async (mountPath) => {
      const { violations } = await judge(keyDisallowLiterals, mounted({ emptyDir: {} }, { mountPath }));
      expect(violations).toHaveLength(1);
      expect(
        await judge(keyDisallowLiterals, mounted({ secret: { secretName: "a" } }, { mountPath })),
      ).toEqual(PASSES);
    },
  );
});

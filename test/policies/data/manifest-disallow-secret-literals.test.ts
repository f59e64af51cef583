import { describe, expect, it } from "vitest";
import { manifestDisallowSecretLiterals } from "../../../policies/data/manifest-disallow-secret-literals.ts";
import { judge, type KubernetesObject, UNKNOWN } from "../judge.ts";
import { deployment, EVERY_PLACE, POD_SPEC, podSpecWith, WORKLOAD_KINDS } from "../workloads.ts";

const SECRET = ["sk", "ant", "api03", "Zx8Qm2LpV9tR4wKe"].join("-");

const judgeObject = (object: KubernetesObject, config = {}) =>
  judge(manifestDisallowSecretLiterals, object, { config });
const judgeContainer = (changes: object, config = {}) =>
  judgeObject(deployment(podSpecWith("containers", changes)), config);
const object = (kind: string, content: object): KubernetesObject => ({
  apiVersion: "v1",
  kind,
  metadata: { name: "subject", namespace: "ai-agents" },
  ...content,
});

describe("manifest-disallow-secret-literals", () => {
  it.each(WORKLOAD_KINDS)(
    "allows a $kind whose variables are plain or refer to a Secret",
    async ({ build }) => {
      const env = [
        { name: "REGION", value: "region-a" },
        { name: "REDIS_PASSWORD", valueFrom: { secretKeyRef: { name: "valkey", key: "password" } } },
      ];
      const judgement = await judgeObject(build(podSpecWith("containers", { env })));
      expect(judgement).toEqual({ violations: [], undecided: undefined });
    },
  );

  it.each(EVERY_PLACE)(
    "refuses a password among the variables in $list of a $kind",
    async ({ build, list }) => {
      const env = [{ name: "REDIS_PASSWORD", value: "hunter2" }];
      const { violations } = await judgeObject(build(podSpecWith(list, { env })));
      expect(violations).toEqual([expect.stringContaining(`${list}[`)]);
    },
  );

  it.each(EVERY_PLACE)("refuses a key among the arguments in $list of a $kind", async ({ build, list }) => {
    const { violations } = await judgeObject(
      build(podSpecWith(list, { args: ["serve", `--key=${SECRET}`] })),
    );
    expect(violations).toEqual([expect.stringContaining("args[1]")]);
  });

  it.each(WORKLOAD_KINDS)("refuses a key in an annotation of the pods of a $kind", async ({ build }) => {
    expect((await judgeObject(build(POD_SPEC, { note: SECRET }))).violations).toEqual([
      expect.stringContaining("annotations.note"),
    ]);
  });

  it.each([
    ["the command", { command: ["sh", "-c", `curl -H 'x-api-key: ${SECRET}'`] }],
    ["an argument after its flag", { args: ["--requirepass", "hunter2"] }],
    ["a probe", { livenessProbe: { httpGet: { httpHeaders: [{ name: "x-api-key", value: SECRET }] } } }],
    ["a variable under a harmless name", { env: [{ name: "GREETING", value: SECRET }] }],
  ])("refuses a secret in %s", async (_, changes) => {
    expect((await judgeContainer(changes)).violations).toHaveLength(1);
  });

  it("allows an argument that refers to a variable", async () => {
    const { violations } = await judgeContainer({ args: ["--requirepass", "$(VALKEY_PASSWORD)"] });
    expect(violations).toEqual([]);
  });

  it.each([
    ["data under a secret's name", { data: { password: "hunter2" } }],
    ["data of a secret's form", { data: { "config.json": `{"k":"${SECRET}"}` } }],
    ["data behind base64", { data: { blob: Buffer.from(SECRET).toString("base64") } }],
    ["binary data", { binaryData: { blob: Buffer.from(`\u0000${SECRET}`).toString("base64") } }],
    ["an annotation", { metadata: { name: "subject", annotations: { "example.com/api-token": "hunter2" } } }],
  ])("refuses a ConfigMap with a secret in its %s", async (_, content) => {
    expect((await judgeObject(object("ConfigMap", content))).violations).toHaveLength(1);
  });

  it("allows a Secret to hold secrets", async () => {
    const secret = object("Secret", { stringData: { password: "hunter2" }, data: { key: btoa(SECRET) } });
    expect((await judgeObject(secret)).violations).toEqual([]);
  });

  it("refuses a secret in an annotation of a Secret, which every list of objects shows", async () => {
    const metadata = { name: "subject", annotations: { previous: SECRET } };
    expect((await judgeObject(object("Secret", { metadata }))).violations).toHaveLength(1);
  });

  it("looks through objects of kinds that it does not know", async () => {
    const ingress = object("Middleware", { spec: { headers: [{ deep: { value: SECRET } }] } });
    expect((await judgeObject(ingress)).violations).toEqual([
      expect.stringContaining(".spec.headers[0].deep.value"),
    ]);
  });

  it("looks at no resource of another provider", async () => {
    const judgement = await judge(
      manifestDisallowSecretLiterals,
      { value: SECRET },
      { type: "aws:ssm/parameter:Parameter" },
    );
    expect(judgement.violations).toEqual([]);
  });

  it("never repeats the secret in its message", async () => {
    const { violations } = await judgeContainer({ env: [{ name: "API_KEY", value: SECRET }] });
    expect(violations).toHaveLength(1);
    expect(violations.join()).not.toContain(SECRET);
  });

  it("says where the value belongs", async () => {
    const { violations } = await judgeContainer({ env: [{ name: "DB_PASSWORD", value: "hunter2" }] });
    expect(violations[0]).toContain(
      'the value of "DB_PASSWORD" holds a literal value under the name of a secret',
    );
    expect(violations[0]).toContain("secretKeyRef");
  });

  it("passes over the names that the configuration allows, and only them", async () => {
    const config = { allowedNames: ["NEXT_PAGE_TOKEN"] };
    expect(
      (await judgeContainer({ env: [{ name: "NEXT_PAGE_TOKEN", value: "start" }] }, config)).violations,
    ).toEqual([]);
    expect(
      (await judgeContainer({ env: [{ name: "PAGE_TOKEN", value: "start" }] }, config)).violations,
    ).toHaveLength(1);
  });

  it.each([
    ["a variable", { env: [{ name: "REGION", value: UNKNOWN }] }, ".env[0].value"],
    ["an argument", { args: [UNKNOWN] }, ".args[0]"],
    ["all variables", { env: UNKNOWN }, ".env"],
  ])("leaves %s that is not known yet undecided", async (_, changes, path) => {
    const { violations, undecided } = await judgeContainer(changes);
    expect(violations).toEqual([]);
    expect(undecided).toContain(path);
  });

  it("refuses a value that is not known yet under the name of a secret", async () => {
    const { violations } = await judgeContainer({ env: [{ name: "REDIS_PASSWORD", value: UNKNOWN }] });
    expect(violations).toEqual([expect.stringContaining("is computed during the update")]);
  });

  it("does not trip over an unknown value in places that hold no settings", async () => {
    const judgement = await judgeObject(object("Service", { spec: { externalName: UNKNOWN } }));
    expect(judgement).toEqual({ violations: [], undecided: undefined });
  });
});

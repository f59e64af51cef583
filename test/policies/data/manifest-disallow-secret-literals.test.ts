import { describe, expect, it } from "vitest";
import { manifestDisallowSecretLiterals } from "../../../policies/data/manifest-disallow-secret-literals.ts";
import { notCheckedPathsOf } from "../../../policies/pack/not-checked.ts";
import { judge, type KubernetesObject, UNKNOWN } from "../judge.ts";
import { deployment, EVERY_PLACE, POD_SPEC, podSpecWith, WORKLOAD_KINDS } from "../workloads.ts";

const SECRET = ["sk", "ant", "api03", "Zx8Qm2LpV9tR4wKe"].join("-");

const RANDOM = "q8Zt3LmX7vBn2KsR5wYp";

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

  it.each([
    [
      "an env literal",
      deployment(podSpecWith("initContainers", { env: [{ name: "PGPASSWORD", value: "hunter2" }] })),
    ],
    ["the arguments", deployment(podSpecWith("containers", { args: ["--password=hunter2"] }))],
    [
      "the command",
      deployment(podSpecWith("containers", { command: ["sh", "-c", "PGPASSWORD=hunter2 psql"] })),
    ],
    ["a ConfigMap", object("ConfigMap", { data: { "app.ini": "[db]\npassword = hunter2\n" } })],
    [
      "the binary data of a ConfigMap",
      object("ConfigMap", { binaryData: { blob: btoa("[db]\npassword = hunter2\n") } }),
    ],
    [
      "the annotation that kubectl leaves behind",
      object("ConfigMap", {
        metadata: {
          name: "subject",
          annotations: {
            "kubectl.kubernetes.io/last-applied-configuration":
              '{"env":[{"name":"DB_PASSWORD","value":"hunter2"}]}',
          },
        },
      }),
    ],
    ["a label", object("Service", { metadata: { name: "subject", labels: { token: "hunter2" } } })],
    ["a field of a custom resource", object("Database", { spec: { connection: { password: "hunter2" } } })],
    [
      "a value beside its name",
      object("Function", { spec: { env: [{ name: "API_TOKEN", value: "hunter2" }] } }),
    ],
    ["a client secret that names no object", object("Connector", { spec: { clientSecret: "Hunter2_" } })],
  ])("fault 28: refuses a secret in %s, once", async (_, subject) => {
    expect((await judgeObject(subject)).violations).toHaveLength(1);
  });

  it.each([
    ["the name of a Secret", { basicAuth: { secret: "traefik-users" } }],
    ["a reference to a key", { passwordSecret: { name: "db", key: "password" } }],
    ["a template", { template: { data: { password: "{{ .password }}" } } }],
  ])("fault 28: allows %s in a custom resource", async (_, spec) => {
    expect((await judgeObject(object("Middleware", { spec }))).violations).toEqual([]);
  });

  it.each([
    [
      "a key cut in two arguments",
      { args: ["sk-ant-", "api03-Zx8Qm2LpV9tR"] },
      "its words hold an Anthropic key",
    ],
    [
      "a key cut in command and arguments",
      { command: ["x", "sk-ant-"], args: ["api03-Zx8Qm2LpV9tR"] },
      "its words hold",
    ],
    [
      "a flag that ends the command",
      { command: ["valkey-server", "--requirepass"], args: ["hunter2"] },
      "args[0]",
    ],
    [
      "the command of a probe",
      { livenessProbe: { exec: { command: ["x", "--password", "hunter2"] } } },
      "command[2]",
    ],
    [
      "a letter of the command of a probe",
      { livenessProbe: { exec: { command: ["valkey-cli", "-a", "hunter2", "ping"] } } },
      "livenessProbe.exec.command: its words hold a password",
    ],
    [
      "a hook",
      { lifecycle: { postStart: { exec: { command: ["sh", "-c", "curl -u app:hunter2 https://x"] } } } },
      "postStart.exec.command[2]",
    ],
    ["random text in a variable", { env: [{ name: "SETTING", value: RANDOM }] }, "holds a random value"],
    [
      "random text in an argument",
      { args: [`--setting=${RANDOM}`] },
      "args[0]: the text holds a random value",
    ],
    ["a variable without name", { env: [{ value: RANDOM }] }, ".env[0].value"],
  ])("refuses %s, once", async (_, changes, words) => {
    expect((await judgeContainer(changes)).violations).toEqual([expect.stringContaining(words)]);
  });

  it("does not take lists of other things for arguments", async () => {
    const judgement = await judgeObject(object("Thing", { spec: { list: [1, { a: "x" }, null, ["y"]] } }));
    expect(judgement).toEqual({ violations: [], undecided: undefined });
  });

  it.each([
    ["a number", { password: 12345678 }, '.spec.password: the value of "password" holds a literal value'],
    ["a value within", { password: { value: "hunter2" } }, ".spec.password.value"],
    ["a literal within", { auth: { adminPassword: { literal: "hunter2" } } }, ".adminPassword.literal"],
    ["a list", { passwords: { password: ["hunter2"] } }, ".password[0]"],
    ["a list of commands", { steps: [["curl", "-u", "app:hunter2"]] }, ".spec.steps[0]: its words hold"],
    [
      "a value beside a name and within another",
      { password: { name: "x_token", value: "y1" } },
      ".password.value",
    ],
  ])("refuses a password of a custom resource as %s", async (_, spec, words) => {
    expect((await judgeObject(object("Database", { spec }))).violations).toEqual([
      expect.stringContaining(words),
    ]);
  });

  it.each([
    ["numbers under other names", { token: 5, passwordLength: 12345678, port: 5432 }],
    ["texts of other names within", { password: { from: "vault", key: "db" } }],
    ["the fields of an ExternalSecret", { data: [{ secretKey: "password", remoteRef: { key: "db" } }] }],
  ])("allows %s in a custom resource", async (_, spec) => {
    expect((await judgeObject(object("Database", { spec }))).violations).toEqual([]);
  });

  it("looks into an annotation that is no text, and takes it for no text", async () => {
    const metadata = { name: "subject", annotations: { password: { length: "8" } } };
    expect((await judgeObject(object("Thing", { metadata }))).violations).toEqual([]);
  });

  it("takes only the Secret of Kubernetes for one", async () => {
    const secret = (apiVersion?: string) => {
      const { apiVersion: _, ...others } = object("Secret", { data: { password: "hunter2" } });
      return judge(manifestDisallowSecretLiterals, apiVersion ? { apiVersion, ...others } : others, {
        type: "kubernetes:core/v1:Secret",
      });
    };
    expect((await secret("example.com/v1")).violations).toHaveLength(1);
    expect((await secret("v1")).violations).toEqual([]);
    expect((await secret()).violations).toEqual([]);
  });

  it("waits for the name of a variable that has a value, and for that alone", async () => {
    const env = [
      { name: UNKNOWN, value: "hunter2" },
      { name: UNKNOWN, valueFrom: { fieldRef: {} } },
      { name: "REGION", value: "region-a" },
    ];
    const { violations, undecided = "" } = await judgeContainer({ env });
    expect(violations).toEqual([]);
    expect(notCheckedPathsOf(undecided)).toEqual([expect.stringMatching(/\.env\[0\]\.name$/)]);
  });

  it("refuses random text in the data of a ConfigMap, and judges binary data as files", async () => {
    expect((await judgeObject(object("ConfigMap", { data: { setting: RANDOM } }))).violations).toHaveLength(
      1,
    );
    expect((await judgeObject(object("ConfigMap", { binaryData: { setting: RANDOM } }))).violations).toEqual(
      [],
    );
    const metadata = { name: "subject", annotations: { setting: RANDOM } };
    expect((await judgeObject(object("Service", { metadata }))).violations).toHaveLength(1);
    expect((await judgeObject(object("Thing", { spec: { caBundle: RANDOM } }))).violations).toEqual([]);
  });

  it("passes over allowed names in files and while their values are unknown, and over no key", async () => {
    const config = { allowedNames: ["page_token"] };
    const data = { "app.conf": "page_token = start\n", page_token: UNKNOWN };
    const judgement = await judgeObject(object("ConfigMap", { data }), config);
    expect(judgement).toEqual({ violations: [], undecided: expect.stringContaining(".data.page_token") });
    const env = [{ name: "page_token", value: SECRET }];
    expect((await judgeContainer({ env }, config)).violations).toHaveLength(1);
  });

  it("allows what is sealed, and only that", async () => {
    const spec = { encryptedData: { password: "AgBy3i4OJSWK" }, template: { data: { token: "hunter2" } } };
    expect((await judgeObject(object("SealedSecret", { spec }))).violations).toEqual([
      expect.stringContaining(".spec.template.data.token"),
    ]);
    expect(
      (await judgeObject(object("Other", { spec: { encryptedData: { password: "x1" } } }))).violations,
    ).toHaveLength(1);
  });

  it("refuses an unknown password of a custom resource, and waits for the name of a Secret", async () => {
    const known = await judgeObject(object("Database", { spec: { password: UNKNOWN } }));
    expect(known.violations).toEqual([expect.stringContaining("is computed during the update")]);
    const other = await judgeObject(object("Database", { spec: { clientSecretOld: UNKNOWN } }));
    expect(other.violations).toEqual([expect.stringContaining("is computed during the update")]);
    const named = await judgeObject(object("Middleware", { spec: { basicAuth: { secret: UNKNOWN } } }));
    expect(named).toEqual({ violations: [], undecided: expect.stringContaining(".spec.basicAuth.secret") });
  });

  it("judges an object of five megabytes, of one text or of many, within seconds", async () => {
    const line = "level = info # nothing here is secret, and nothing is random\n";
    const many = Object.fromEntries(Array.from({ length: 80_000 }, (_, index) => [`key-${index}`, line]));
    const start = process.threadCpuUsage();
    expect((await judgeObject(object("ConfigMap", { data: many }))).violations).toEqual([]);
    expect(
      (await judgeObject(object("ConfigMap", { data: { all: line.repeat(80_000) } }))).violations,
    ).toEqual([]);
    expect(process.threadCpuUsage(start).user).toBeLessThan(10_000_000);
  }, 60_000);

  it("takes values for random text in annotations of pods, and not in the data of other kinds", async () => {
    expect((await judgeObject(deployment(POD_SPEC, { setting: RANDOM }))).violations).toHaveLength(1);
    expect((await judgeObject(object("Thing", { data: { setting: RANDOM } }))).violations).toEqual([]);
  });

  it.each([
    ["two signs in a word", ["a--password", "hunter2"], 0],
    ["a flag with a sign at its end", ["--password:", "hunter2"], 0],
    ["a flag of a digit", ["--1password", "hunter2"], 0],
    ["one sign", ["-password", "hunter2"], 1],
  ])("names no argument by %s", async (_, args, count) => {
    expect((await judgeContainer({ args })).violations).toHaveLength(count);
  });

  it.each([
    ["a switch", { password: true }, 0],
    ["a number of another name", { passwordLength: 12345678 }, 0],
    ["a short name", { adminPass: 12345678 }, 1],
    ["a number under a code", { passcode: 123456 }, 1],
    ["a number under a name with a number", { password_2: 123456 }, 1],
    ["a value of no name", { value: 12345678 }, 0],
  ])("judges %s in a custom resource", async (_, spec, count) => {
    expect((await judgeObject(object("Database", { spec }))).violations).toHaveLength(count);
  });
});

import type { Field } from "../manifests/field.ts";
import { type Container, containersOf } from "../manifests/pod-templates.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { objectPolicy } from "../pack/object-policy.ts";
import { filesOf } from "./object-files.ts";
import { accessProblems, accessRuleOf, refusesPlainText } from "./postgres-access.ts";
import { weakClientsOf } from "./postgres-clients.ts";
import { hasPostgresImage, isPostgresCluster, postgresCallOf } from "./postgres-server.ts";
import { isSecured, isServerFile, settingOf } from "./postgres-settings.ts";

const REMEDY =
  "Set ssl=on, begin pg_hba with `hostnossl all all all reject`, and connect with sslmode=verify-full.";

const cluster = (postgresql: object) => ({
  apiVersion: "postgresql.cnpg.io/v1",
  kind: "Cluster",
  metadata: { name: "db", namespace: "ai-agents" },
  spec: { instances: 3, postgresql },
});
const configMap = (data: object) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "db", namespace: "ai-agents" },
  data,
});

export const postgresRequireTls = objectPolicy({
  name: "postgres-require-tls",
  description: "PostgreSQL takes encrypted connections only, and its clients ask for them.",
  severity: "high",
  controls: [{ framework: "nist", control: "SC-8(1), IA-2" }],
  reason:
    "PostgreSQL answers whoever does not encrypt unless a rule refuses it, and a client that only prefers TLS is talked out of it by whoever stands between.",
  remedy: REMEDY,
  parameters: {},
  examples: {
    pass: [
      {
        what: "a cluster that refuses plain text",
        objects: [cluster({ pg_hba: ["hostnossl all all all reject"] })],
      },
      {
        what: "a server with TLS",
        objects: [configMap({ "postgresql.conf": "shared_buffers = 1GB\nssl = on\n" })],
      },
    ],
    fail: [
      { what: "a cluster that leaves it to the operator's last rule", objects: [cluster({})] },
      {
        what: "a cluster without TLS",
        objects: [cluster({ parameters: { ssl: "off" }, pg_hba: ["hostnossl all all all reject"] })],
      },
      { what: "a server without TLS", objects: [configMap({ "postgresql.conf": "shared_buffers = 1GB\n" })] },
      {
        what: "a rule for everybody",
        objects: [configMap({ "pg_hba.conf": "host all all 0.0.0.0/0 trust\n" })],
      },
      {
        what: "a client that does without",
        objects: [configMap({ DATABASE_URL: "postgres://db/app?sslmode=disable" })],
      },
    ],
  },
  judge: (manifest) => [
    ...(isPostgresCluster(manifest) ? judgeCluster(manifest.root.at("spec", "postgresql")) : []),
    ...filesOf(manifest).flatMap(({ name, field, text }) => judgeFile(name, field, text)),
    ...containersOf(manifest).flatMap((container) => [
      ...judgeCall(container.field, postgresCallOf(container)),
      ...judgeMethod(container),
    ]),
    ...weakClientsOf(manifest).map(({ field, how }) =>
      violation(field, `it connects with ${how}, which does not insist on TLS.`, REMEDY),
    ),
  ],
});

/** The operator ends the rules with one that lets clients with a password in, encrypted or not. */
function judgeCluster(postgresql: Field): Finding[] {
  const [ssl, hba] = [postgresql.at("parameters", "ssl"), postgresql.at("pg_hba")];
  const lines = hba.items();
  const rules = lines.flatMap(({ text = "" }) => accessRuleOf(text) ?? []);
  const problems = accessProblems(rules);
  const unknown = [ssl, ...lines].filter((field) => field.unknown);
  const isLastRuleOpen = !rules.some(refusesPlainText) && !lines.some((line) => line.unknown);
  return [
    ...problems.map((problem) => violation(hba, problem, REMEDY)),
    ...(isLastRuleOpen
      ? [
          violation(
            hba,
            "no rule refuses clients that do not encrypt, and the operator's last one lets them in.",
            REMEDY,
          ),
        ]
      : []),
    ...(ssl.unknown || ssl.missing || isSecured(String(ssl.value))
      ? []
      : [violation(ssl, `it is ${JSON.stringify(ssl.value)} in place of "on".`, REMEDY)]),
    ...unknown.map(undecided),
  ];
}

function judgeFile(name: string, field: Field, text: string): Finding[] {
  if (field.unknown) return /(?:postgres|pg_hba)[\w.-]*\.(?:conf|sh)$/.test(name) ? [undecided(field)] : [];
  const rules = text.split("\n").flatMap((line) => accessRuleOf(line) ?? []);
  const ssl = settingOf(text, "ssl");
  const isOpen = isServerFile(name, text) && !isSecured(ssl ?? "off");
  return [
    ...accessProblems(rules).map((problem) => violation(field, problem, REMEDY)),
    ...(isOpen
      ? [violation(field, `it starts a server whose ssl is ${ssl ?? "not set, which means off"}.`, REMEDY)]
      : []),
  ];
}

function judgeCall(container: Field, words: readonly Field[] | undefined): Finding[] {
  if (words === undefined) return [];
  const text = words.map((word) => word.text ?? "").join("\n");
  const ssl = settingOf(text, "ssl");
  const unknown = words.filter((word) => word.unknown);
  if (isSecured(ssl ?? "off")) return unknown.map(undecided);
  if (ssl === undefined && unknown.length > 0) return unknown.map(undecided);
  // What it leaves out may stand in a file, which is judged itself.
  if (ssl === undefined && settingOf(text, "config_file") !== undefined) return [];
  return [
    violation(container, `it starts a server whose ssl is ${ssl ?? "not set, which means off"}.`, REMEDY),
  ];
}

/** The image writes the first rules by a variable. */
function judgeMethod(container: Container): Finding[] {
  if (!hasPostgresImage(container)) return [];
  const method = container.field
    .at("env")
    .items()
    .findLast((variable) => variable.at("name").text === "POSTGRES_HOST_AUTH_METHOD")
    ?.at("value");
  if (method?.unknown) return [undecided(method)];
  return method?.text === "trust"
    ? [violation(method, "it lets everybody in without a password.", REMEDY)]
    : [];
}

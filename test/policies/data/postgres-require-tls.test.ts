import { describe, expect, it } from "vitest";
import { postgresRequireTls } from "../../../policies/data/postgres-require-tls.ts";
import { notCheckedPathsOf } from "../../../policies/pack/not-checked.ts";
import { judge, type KubernetesObject, UNKNOWN } from "../judge.ts";
import { EVERY_PLACE, podSpecWith } from "../workloads.ts";
import { configMap, ownFile, statefulSet } from "./configurations.ts";

const REFUSED = "hostnossl all all all reject";
const IMAGE = "registry.example.com/postgresql:17";

const run = (object: KubernetesObject) => judge(postgresRequireTls, object);
const cluster = (postgresql: unknown, apiVersion = "postgresql.cnpg.io/v1"): KubernetesObject => ({
  apiVersion,
  kind: "Cluster",
  metadata: { name: "db" },
  spec: { postgresql },
});
const file = (text: string, name = "postgresql.conf") => run(configMap({ [name]: text }));

const app = (container: object) => statefulSet({ image: "registry.example.com/agent:1", ...container });

describe("postgres-require-tls", () => {
  it.each([
    ["clients without TLS refused", { pg_hba: [REFUSED] }],
    ["the same before a rule for all", { pg_hba: [REFUSED, "host all all all scram-sha-256"] }],
    [
      "everything refused that is not allowed before",
      { pg_hba: ["hostssl app app all cert", "host all all all reject"] },
    ],
    ["a rule for Kerberos, which encrypts", { pg_hba: ["hostgssenc all all all gss", REFUSED] }],
    ["a rule within the pod", { pg_hba: ["host all all 127.0.0.1/32 md5", REFUSED] }],
    ["TLS said again", { parameters: { ssl: "on" }, pg_hba: [REFUSED] }],
    ["TLS as a word", { parameters: { ssl: true }, pg_hba: [REFUSED] }],
  ])("allows a cluster with %s", async (_, postgresql) => {
    expect(await run(cluster(postgresql))).toEqual({ violations: [], undecided: undefined });
  });

  it("says nothing about other kinds of the operator", async () => {
    expect(await run({ ...cluster({}), kind: "Pooler" })).toEqual({ violations: [], undecided: undefined });
  });

  it.each([
    ["the operator's last rule", {}, "the operator's last one lets them in"],
    ["no settings", null, "the operator's last one lets them in"],
    ["a refusal for one database", { pg_hba: ["hostnossl app all all reject"] }, "no rule refuses clients"],
    ["a refusal for one user", { pg_hba: ["hostnossl all app all reject"] }, "no rule refuses clients"],
    [
      "a refusal for one address",
      { pg_hba: ["hostnossl all all 10.0.0.0/8 reject"] },
      "no rule refuses clients",
    ],
    ["a refusal of TLS", { pg_hba: ["hostssl all all all reject"] }, "no rule refuses clients"],
    [
      "a rule for all before it",
      { pg_hba: ["host all all all scram-sha-256", REFUSED] },
      'the rule "host all all all scram-sha-256" lets clients in that do not encrypt',
    ],
    [
      "a rule for plain text",
      { pg_hba: ["hostnossl app app 10.0.0.0/8 md5", REFUSED] },
      "lets clients in that do not encrypt",
    ],
    [
      "a rule with blanks around its words",
      { pg_hba: ["  host  app\tapp  10.0.0.0/8  md5 ", REFUSED] },
      'the rule "host app app 10.0.0.0/8 md5" lets clients in',
    ],
    [
      "a rule for another host",
      { pg_hba: ["host all all 10.127.0.1/32 md5", REFUSED] },
      "lets clients in that do not encrypt",
    ],
    [
      "a rule for a host whose name begins like that of this one",
      { pg_hba: ["host all all localhost.example.com md5", REFUSED] },
      "lets clients in that do not encrypt",
    ],
    [
      "a rule for a word that begins like that for this host",
      { pg_hba: ["host all all samehosts md5", REFUSED] },
      "lets clients in that do not encrypt",
    ],
    [
      "a rule without password",
      { pg_hba: [REFUSED, "hostssl all all all trust"] },
      'the rule "hostssl all all all trust" lets everybody in without a password',
    ],
    [
      "TLS switched off",
      { parameters: { ssl: "off" }, pg_hba: [REFUSED] },
      'at .spec.postgresql.parameters.ssl: it is "off" in place of "on"',
    ],
  ])("refuses a cluster with %s", async (_, postgresql, words) => {
    expect((await run(cluster(postgresql))).violations).toEqual([expect.stringContaining(words)]);
  });

  it("says nothing about clusters of other operators", async () => {
    expect((await run(cluster({}, "cluster.x-k8s.io/v1beta1"))).violations).toEqual([]);
  });

  it.each([
    ["TLS", "ssl = on\nshared_buffers = 1GB\n"],
    ["TLS in quotes", "ssl='yes'\n"],
    ["TLS as the last word", "ssl = off\nssl = on\n"],
    ["rules for TLS", "ssl = on\nhostssl all all 0.0.0.0/0 scram-sha-256\nlocal all postgres trust\n"],
    ["a rule for one host with its mask", "ssl=1\nhostssl all all 10.0.0.1 255.255.255.255 cert\n"],
  ])("allows a file with %s", async (_, text) => {
    expect(await file(text)).toEqual({ violations: [], undecided: undefined });
  });

  it.each([
    ["TLS switched off", "ssl = off\n", "it starts a server whose ssl is off"],
    ["nothing about TLS", "shared_buffers = 1GB\n", "whose ssl is not set, which means off"],
    ["TLS in a comment", "# ssl = on\n", "whose ssl is not set"],
    ["TLS as the first word", "ssl = on\nssl = off\n", "whose ssl is off"],
    ["another setting of TLS", "ssl_cert_file = 'on'\n", "whose ssl is not set"],
  ])("refuses a file with %s", async (_, text, words) => {
    expect((await file(text)).violations).toEqual([expect.stringContaining(words)]);
  });

  it("knows a file by its settings and rules, and takes nothing else for one", async () => {
    expect((await file("listen_addresses = '*'\nwal_level = replica\n", "any")).violations).toHaveLength(1);
    expect((await file("max_connections = 3\n", "pool.ini")).violations).toEqual([]);
    expect((await file("host all all 0.0.0.0/0 md5\n", "rules")).violations).toHaveLength(1);
    expect((await file("host all all 10.0.0.1 255.255.255.255 trust\n", "rules")).violations).toHaveLength(2);
    expect((await file("host names are to be written in full, trust\n", "readme.md")).violations).toEqual([]);
  });

  it.each(EVERY_PLACE)("reads the arguments in $list of a $kind", async ({ build, list }) => {
    const of = (...args: string[]) => run(build(podSpecWith(list, { command: ["postgres"], args })));
    const { violations } = await of("-c", "ssl=off");
    expect(violations).toEqual([expect.stringMatching(`${list}\\[.*it starts a server whose ssl is off\\.`)]);
    expect((await of("-c", "ssl=on")).violations).toEqual([]);
  });

  it.each([
    ["the image's own start", { image: IMAGE }, 1],
    ["arguments for the image's own start", { image: IMAGE, args: ["-c", "max_connections=9"] }, 1],
    ["TLS for the image's own start", { image: IMAGE, args: ["-c", "ssl=on"] }, 0],
    ["TLS in one argument", { image: IMAGE, args: ["-cssl=on"] }, 0],
    ["TLS as a long flag", { command: ["/usr/bin/postgres", "--ssl=on"] }, 0],
    ["a file of settings", { command: ["postgres", "-c", "config_file=/conf/a"] }, 0],
    [
      "a file of settings and TLS switched off",
      { command: ["postgres", "-c", "config_file=/conf/a", "-c", "ssl=off"] },
      1,
    ],
    ["a script in a file", { image: IMAGE, command: ["sh", "/start.sh"] }, 0],
    ["a client", { image: IMAGE, args: ["psql"] }, 0],
    ["a first argument that is no text", { image: IMAGE, args: [5432] }, 0],
    ["another image", { image: "registry.example.com/postgres-exporter:1" }, 0],
    ["an image of a registry of the name", { image: "postgres:5000/agent" }, 0],
    ["an image without tag", { image: "postgres" }, 1],
    ["an image by its digest", { image: "postgres@sha256:9f86" }, 1],
  ])("judges a container with %s", async (_, container, count) => {
    expect((await run(statefulSet(container))).violations).toHaveLength(count);
  });

  it.each([
    [
      "a URL",
      configMap({ DATABASE_URL: "postgres://db/app?sslmode=disable" }),
      "it connects with sslmode=disable",
    ],
    ["a variable", statefulSet({ env: [{ name: "A", value: "host=db sslmode=prefer" }] }), "sslmode=prefer"],
    ["a script", configMap({ "run.sh": "export PGSSLMODE=allow\n" }), "PGSSLMODE=allow"],
    ["a setting", configMap({ "a.yaml": "sslmode: 'disable'\n" }), "sslmode: 'disable"],
    [
      "a field of another kind",
      { apiVersion: "a/v1", kind: "Database", metadata: { name: "a" }, spec: { urls: ["a?sslmode=allow"] } },
      "at .spec.urls[0]",
    ],
  ])("refuses %s that does not insist on TLS", async (_, object, words) => {
    expect((await run(object)).violations).toEqual([expect.stringContaining(words)]);
  });

  it.each([
    "sslmode=require",
    "sslmode=verify-full",
    "# sslmode=disable",
    "sslmode=disabled",
    "nosslmode=disable",
  ])("allows a client with %s", async (text) => {
    expect((await file(text, "a")).violations).toEqual([]);
  });

  it.each([
    ["a rule of a cluster", cluster({ pg_hba: [UNKNOWN] }), ".pg_hba[0]"],
    ["the rules of a cluster", cluster({ pg_hba: UNKNOWN }), ".pg_hba"],
    ["TLS of a cluster", cluster({ parameters: { ssl: UNKNOWN }, pg_hba: [REFUSED] }), ".parameters.ssl"],
    ["a file", configMap({ "postgresql.conf": UNKNOWN }), '.data["postgresql.conf"]'],
    ["a script", configMap({ "start-postgres.sh": UNKNOWN }), '.data["start-postgres.sh"]'],
    ["an argument", statefulSet({ command: ["postgres", "-c", UNKNOWN] }), ".command[2]"],
    [
      "an argument beside TLS",
      statefulSet({ command: ["postgres", "-c", "ssl=on", UNKNOWN] }),
      ".command[3]",
    ],
    ["the command", statefulSet({ image: IMAGE, command: UNKNOWN }), ".command"],
    ["every container", statefulSet({}, { pod: { containers: UNKNOWN } }), ".containers"],
    ["the first argument", statefulSet({ image: IMAGE, args: [UNKNOWN] }), ".args[0]"],
  ])("leaves open %s that is not known yet", async (_, object, place) => {
    expect(await run(object)).toEqual({ violations: [], undecided: expect.stringContaining(place) });
  });

  it("names nothing else as open than what is not known yet", async () => {
    const postgresql = { parameters: { ssl: "on" }, pg_hba: [UNKNOWN, REFUSED] };
    const { undecided = "" } = await run(cluster(postgresql));
    expect(notCheckedPathsOf(undecided)).toEqual([".spec.postgresql.pg_hba[0]"]);
  });

  it.each([
    [
      "another kind",
      { ...configMap(undefined), kind: "Thing", stringData: { "postgresql.conf": "ssl = off" } },
    ],
    ["a copy that nothing reads", configMap({ "postgresql.conf.bak": UNKNOWN })],
  ])("says nothing of the files of %s", async (_, object) => {
    expect(await run(object)).toEqual({ violations: [], undecided: undefined });
  });

  it("does not trip over another file that is not known yet, and refuses what is bad beside an unknown value", async () => {
    expect(await run(configMap({ "app.yaml": UNKNOWN }))).toEqual({ violations: [], undecided: undefined });
    expect(
      (await run(statefulSet({ command: ["postgres", "-c", "ssl=off", UNKNOWN] }))).violations,
    ).toHaveLength(1);
  });

  it("allows our own server, whose first start without TLS listens to nobody", async () => {
    const text = ownFile("postgres/start-postgres.sh");
    expect((await file(text, "start-postgres.sh")).violations).toEqual([]);
    expect((await file(text.replace("-c ssl=on", ""), "start-postgres.sh")).violations).toHaveLength(1);
    expect((await file(text.replaceAll("hostssl", "host"), "start-postgres.sh")).violations).toHaveLength(1);
  });

  it.each([
    ["a mode in a variable", app({ env: [{ name: "PGSSLMODE", value: "disable" }] }), "PGSSLMODE=disable"],
    [
      "a mode that does not verify",
      app({ args: ["postgres://db/x?sslmode=no-verify"] }),
      "sslmode=no-verify",
    ],
    ["an address without TLS", app({ args: ["postgresql://db/x?a=b&ssl=false"] }), "ssl=false"],
    ["an address of Java without TLS", app({ args: ["--url=jdbc:postgresql://db/x?ssl=0"] }), "ssl=0"],
    [
      "an address that leaves it open",
      app({ env: [{ name: "URL", value: "postgres://u:p@db:5432/x" }] }),
      "no sslmode",
    ],
    [
      "an address with other settings",
      app({ env: [{ name: "URL", value: "postgresql://db?a=ssl" }] }),
      "no sslmode",
    ],
    ["an address in a ConfigMap", configMap({ URL: "jdbc:postgresql://db/x" }), "no sslmode"],
    ["an address that ends its line", configMap({ URL: "postgresql://db/x\n" }), "no sslmode"],
    [
      "the parameters of another cluster",
      {
        ...cluster({ pg_hba: ["hostnossl all all all reject"] }),
        spec: {
          postgresql: { pg_hba: ["hostnossl all all all reject"] },
          externalClusters: [{ connectionParameters: { sslmode: "allow" } }],
        },
      },
      "sslmode=allow",
    ],
  ])("refuses a client with %s", async (_, object, how) => {
    expect((await run(object)).violations).toEqual([
      expect.stringContaining(`it connects with ${how}, which does not insist on TLS.`),
    ]);
  });

  it.each([
    [
      "a mode beside its address",
      app({
        env: [
          { name: "URL", value: "postgres://db/x" },
          { name: "PGSSLMODE", value: "verify-full" },
        ],
      }),
    ],
    ["a mode beside its address in a ConfigMap", configMap({ URL: "postgres://db/x", PGSSLMODE: "require" })],
    ["a mode in its address", app({ env: [{ name: "URL", value: "postgres://db/x?sslmode=verify-full" }] })],
    ["TLS in its address", app({ env: [{ name: "URL", value: "jdbc:postgresql://db/x?a=b&ssl=true" }] })],
    ["an address of its own pod", app({ env: [{ name: "URL", value: "postgres://u@localhost:5432/x" }] })],
    ["a loopback address", app({ env: [{ name: "URL", value: "postgres://127.0.0.1/x" }] })],
    ["a loopback address of IPv6", app({ env: [{ name: "URL", value: "postgres://[::1]:5432/x" }] })],
    ["a socket", app({ env: [{ name: "URL", value: "postgres:///x?host=/run" }] })],
    ["prose about an address", configMap({ "a.md": "connect to postgres://db/x and go on" })],
    ["a property of another name", configMap({ mode: "disable" })],
    ["a comment", configMap({ "a.conf": "# sslmode=disable\n" })],
  ])("allows a client with %s", async (_, object) => {
    expect(await run(object)).toEqual({ violations: [], undecided: undefined });
  });

  it("asks the image of PostgreSQL for a method with a password", async () => {
    const of = (value: unknown, image = "postgres:18", name = "POSTGRES_HOST_AUTH_METHOD") =>
      run(statefulSet({ image, args: ["-c", "ssl=on"], env: [{ name, value }] }));
    expect((await of("trust")).violations).toEqual([
      expect.stringContaining(".env[0].value: it lets everybody in without a password."),
    ]);
    expect((await of("scram-sha-256")).violations).toEqual([]);
    expect((await of("trust", "registry.example.com/agent:1")).violations).toEqual([]);
    expect((await of("trust", "postgres:18", "OTHER")).violations).toEqual([]);
    expect((await of(UNKNOWN)).undecided).toContain(".env[0].value");
  });
});

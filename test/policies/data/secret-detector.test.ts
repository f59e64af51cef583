import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import {
  findSecret,
  findSecretInCommand,
  findSecretValue,
  isSecretName,
  mayNameSecret,
} from "../../../policies/data/secret-detector.ts";
import { ownFile } from "./configurations.ts";

/** Put together at run time, so that no scanner takes this file for a leak. */
const ANTHROPIC_KEY = ["sk", "ant", "api03", "Zx8Qm2LpV9tR4wKe"].join("-");
const AWS_KEY = `AKIA${"IOSFODNN7EXAMPLE"}`;
const PRIVATE_KEY = `-----BEGIN RSA ${"PRIVATE KEY"}-----\nMIIEpAIBAAKCAQEA`;
const JWT = ["eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiIxMjM0In0", "c2lnbmF0dXJl"].join(".");
const RANDOM = "q8Zt3LmX7vBn2KsR5wYp";

/** What a shell script writes, kept out of a template by its pieces. */
const SHELL_REFERENCE = ["$", "{VALKEY_PASSWORD}"].join("");

const shell = (rest: string): string => ["$", rest].join("");
const base64 = (text: string): string => Buffer.from(text).toString("base64");

describe("a secret is found by its form", () => {
  it.each([
    ["an Anthropic key", ANTHROPIC_KEY],
    ["an AWS access key", AWS_KEY],
    ["a private key in PEM form", PRIVATE_KEY],
    ["a private key in PEM form", `-----BEGIN ${"PRIVATE KEY"}-----`],
    ["a private key in PEM form", `-----BEGIN OPENSSH ${"PRIVATE KEY"}-----`],
    ["a GitHub token", `ghp_${"a1".repeat(18)}`],
    ["a Slack token", `xoxb-${"1234567890"}-abc`],
    ["a Google API key", `AIza${"Sy0".repeat(11)}ab`],
    ["a JSON Web Token", JWT],
    ["a password in a URL", "postgres://agent:hunter2@db:5432/agents"],
    ["a password in a URL", "redis://:hunter2@valkey:6379"],
    ["an OpenAI key", `sk-proj-${"a1B2".repeat(6)}T3BlbkFJ${"a1B2".repeat(5)}`],
    ["a key of Azure Storage", `AccountName=a;AccountKey=${"Ab1+".repeat(21)}Ab==`],
    ["a private key in PEM form", `PuTTY-User-Key-File-${3}: ssh-ed25519`],
    ["a private key of age", `AGE-SECRET-KEY-1${"QPZ".repeat(8)}`],
    ["a GitLab token", `glpat-${"a1B2".repeat(5)}`],
    ["a Slack webhook", `https://hooks.slack.com/services/T${"0A".repeat(4)}/B${"0A".repeat(4)}/x`],
    ["a Stripe key", `sk_live_${"a1B2".repeat(6)}`],
    ["a SendGrid key", `SG.${"a1".repeat(11)}.${"b2C".repeat(14)}d`],
    ["an npm token", `npm_${"a1B2".repeat(9)}`],
    ["a PyPI token", `pypi-AgE${"a1B2".repeat(5)}`],
    ["a Docker Hub token", `dckr_pat_${"a1B2".repeat(5)}`],
    ["a Pulumi token", `pul-${"0a1b".repeat(10)}`],
    ["a HashiCorp Vault token", `hvs.${"a1B2".repeat(6)}`],
    ["a DigitalOcean token", `dop_v1_${"0a1b".repeat(16)}`],
    ["a Grafana token", `glsa_${"a1B2".repeat(8)}`],
    ["a Hugging Face token", `hf_${"a1".repeat(17)}`],
    ["the credentials of a request", `curl -H 'Authorization: Bearer ${RANDOM}'`],
    ["the credentials of a request", `authorization: basic ${RANDOM}`],
  ])("%s", (what, value) => {
    expect(findSecret(undefined, value)).toBe(what);
  });

  it.each([ANTHROPIC_KEY, AWS_KEY, PRIVATE_KEY, JWT])("in the middle of a text: %s", (secret) => {
    expect(findSecret("notes.md", `first line\nuse "${secret}" here\nlast line`)).toBeDefined();
  });

  it.each([ANTHROPIC_KEY, PRIVATE_KEY, JWT, "redis://:hunter2@valkey:6379"])(
    "behind base64: %s",
    (secret) => {
      expect(findSecret(undefined, base64(secret))).toBeDefined();
    },
  );

  it.each([1, 2, 3])("behind base64 of base64, %i times", (times) => {
    const coded = Array.from({ length: times }).reduce<string>(base64, ANTHROPIC_KEY);
    expect(findSecret(undefined, coded)).toBe("an Anthropic key");
  });

  it("in base64 in the middle of a text, and by its name within base64", () => {
    expect(findSecret(undefined, `data:\n  blob: ${base64(ANTHROPIC_KEY)} # key`)).toBe("an Anthropic key");
    expect(findSecret(undefined, base64("user = app\npassword = hunter2\n"))).toBe(
      "a literal value under the name of a secret",
    );
  });

  it("behind base64 in lines and in the alphabet of URLs", () => {
    const wrapped = base64(PRIVATE_KEY).replace(/(.{20})/g, "$1\n");
    expect(findSecret(undefined, wrapped)).toBeDefined();
    expect(findSecret(undefined, Buffer.from(`~~~${ANTHROPIC_KEY}`).toString("base64url"))).toBeDefined();
  });
});

describe("a secret is found by the form of what it stands in", () => {
  it.each([
    ["a password in a URL", "postgres://$(USER):hunter2@db/agents"],
    ["a password in a URL", `postgres://app:${shell("{PW:-hunter2}")}@db/agents`],
    ["a password in a URL", `postgres://${shell("{USER:-app}")}:hunter2@db/agents`],
    ["a token in a URL", `https://${RANDOM}@git.example.com/agents`],
    ["a password of netrc", "machine git.example.com login app password hunter2"],
    ["a password of netrc", "default\n  login app\n  password hunter2"],
    ["the hash of a password", `app:$2y$05$${"aB3./".repeat(11).slice(0, 53)}`],
    ["the hash of a password", `app:$apr1$salt$${"aB3./".repeat(5).slice(0, 22)}`],
    ["the hash of a password", "$argon2id$v=19$m=65536"],
    ["the credentials of a request", `Authorization: Basic ${base64("u:pw")}`],
  ])("%s: %s", (what, value) => {
    expect(findSecret(undefined, value)).toBe(what);
  });

  it.each([
    ["in hexadecimal digits", Buffer.from(ANTHROPIC_KEY).toString("hex")],
    ["in base64 of two bytes a letter", Buffer.from(ANTHROPIC_KEY, "utf16le").toString("base64")],
    ["in base64 after a path", `https://example.com/path/${base64(ANTHROPIC_KEY)}`],
    ["in base64 after a word", `x-${base64(`  ${ANTHROPIC_KEY}`)}`],
    ["in base64 after two letters", `ab${base64(ANTHROPIC_KEY)}`],
    ["in base64 after one letter", `a${base64(ANTHROPIC_KEY)}`],
  ])("%s", (_, value) => {
    expect(findSecret(undefined, value)).toBe("an Anthropic key");
  });

  it("but not by names within what begins in the middle, nor behind four coats", () => {
    expect(findSecret(undefined, Buffer.from("password = hunter2").toString("hex"))).toBeUndefined();
    expect(findSecret(undefined, `/${base64("a\npassword = hunter2\n\n\n")}`)).toBeUndefined();
    const coded = Array.from({ length: 4 }).reduce<string>(base64, ANTHROPIC_KEY);
    expect(findSecret(undefined, coded)).toBeUndefined();
  });
});

describe("a secret is found among the words of a command", () => {
  it.each([
    ["cut in two", ["serve", "sk-ant-", "api03-Zx8Qm2LpV9tR"]],
    ["of a client of Valkey", ["valkey-cli", "-h", "valkey", "-a", "hunter2"]],
    ["of a client of Redis", ["redis-cli", "--pass", "'hunter2'"]],
    ["of curl", ["curl", "-s", "-u", "app:hunter2", "https://example.com"]],
    ["of wget", ["wget", "--user=app:hunter2"]],
    ["of mysql", ["mysql", "-u", "root", "-phunter2"]],
    ["of sshpass", ["sshpass", "-p", "hunter2", "ssh"]],
    ["of openssl", ["openssl", "rsa", "-passin", "pass:hunter2"]],
    ["that Valkey takes while it runs", ["valkey-cli", "CONFIG", "SET", "requirepass", "hunter2"]],
    ["of a user that Valkey gets while it runs", ["valkey-cli", "acl", "setuser", "app", "on", ">hunter2"]],
    ["of a user among arguments", ["valkey-server", "--user", "app on >hunter2 ~*"]],
    ["of a user with rights first", ["valkey-server", "--user", "app ~* >hunter2"]],
  ])("%s", (_, words) => {
    expect(findSecretInCommand(words)).toBeDefined();
    expect(findSecret(undefined, words.join(words[0] === "serve" ? "" : " "))).toBeDefined();
  });

  it.each([
    ["references", ["valkey-cli", "--user", "$NAME", "-a", '"$PASSWORD"', "ping", "2>/dev/null"]],
    ["the output of a client", ["valkey-cli", "--user", "$NAME", "$@", "2>", "/dev/null"]],
    ["a user and a group", ["docker", "run", "-u", "1000:1000"]],
    ["references of curl", ["curl", "-u", '"$NAME:$PASSWORD"']],
    ["a port", ["mysql", "-P", "3306", "--protocol", "tcp"]],
    ["a setting that is none", ["valkey-cli", "config", "set", "maxmemory", "1gb"]],
  ])("but not among %s", (_, words) => {
    expect(findSecretInCommand(words)).toBeUndefined();
  });
});

describe("a value that stands by itself", () => {
  const AWS_SECRET = ["wJalrXUtnFEMI/K7MDENG", "bPxRfiCYEXAMPLEKEY"].join("/");

  it.each([
    ["a key of AWS", "SETTING", AWS_SECRET],
    ["random text", "SETTING", RANDOM],
    ["random text without name", undefined, RANDOM],
    ["random text in quotes", "SETTING", `"${RANDOM}"`],
    ["random text with blanks around it", "SETTING", ` ${RANDOM}\n`],
    ["random text after a flag", undefined, `--setting=${RANDOM}`],
    ["random text after a name", "args", `SETTING=${RANDOM}`],
    [
      "random text in base64",
      "SETTING",
      Buffer.from("0123456789abcdefghij", "hex").toString("base64") + RANDOM,
    ],
  ])("is a secret where it is %s", (_, name, value) => {
    expect(findSecretValue(name, value)).toBe("a random value");
    expect(findSecret(name, value)).toBeUndefined();
  });

  it.each([
    ["a UUID", "SETTING", "550e8400-e29b-41d4-a716-446655440000"],
    ["a digest", "SETTING", "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
    ["a digest in hexadecimal digits", "KEY_SHA256", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822c"],
    ["a checksum in base64", "checksum/config", "n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg="],
    ["the hash of a page", undefined, "--integrity=sha512-n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg="],
    ["a certificate in base64", "SETTING", base64("-----BEGIN CERTIFICATE-----\nMIIB2jCCAYCg\n")],
    ["a name of many words", "SETTING", "requireAndVerifyClientCert2Of3"],
    ["a name of many words and one digit", "SETTING", "aVeryLongNameOfSomethingThatNobodyWillEverReadTo9"],
    ["a model", "ANTHROPIC_MODEL", "claude-sonnet-4-20250514"],
    ["a path", "SETTING", "/opt/App2/Lib64/V3a4B5c6D7e8F9"],
    ["a name of AWS", "SETTING", "arn:aws:iam::123456789012:role/AbC1d2E3f4G5h6"],
    ["an image", "SETTING", "registry.example.com:5000/Team/a1B2c3D4e5@sha256:9f86d081884c7d659a2feaa0"],
    ["an id", "REQUEST_ID", RANDOM],
    ["short", "SETTING", RANDOM.slice(0, 19)],
    ["without small letters", "SETTING", RANDOM.toUpperCase()],
    ["without large letters", "SETTING", `${RANDOM}${RANDOM}`.toLowerCase()],
    ["without digits", "SETTING", "qwZtuLmXyvBnzKsRaHkPxJdQ"],
    ["always the same", "SETTING", "aB1".repeat(10)],
    ["a sentence", "SETTING", `see ${RANDOM}`],
    ["the query of an address", "SETTING", `https://example.com/?page=${RANDOM}`],
  ])("is no secret where it is %s", (_, name, value) => {
    expect(findSecretValue(name, value)).toBeUndefined();
  });
});

describe("allowed names", () => {
  it("are passed over by themselves and within a text, whatever stands there but the form of a key", () => {
    const allowed = ["page_token", "SETTING"];
    expect(findSecret("page_token", "start", allowed)).toBeUndefined();
    expect(findSecret("app.conf", "page_token = start\n", allowed)).toBeUndefined();
    expect(findSecretValue("SETTING", RANDOM, allowed)).toBeUndefined();
    expect(findSecretValue("x", `--SETTING=${RANDOM}`, allowed)).toBeUndefined();
    expect(findSecret("page_token", ANTHROPIC_KEY, allowed)).toBe("an Anthropic key");
    expect(findSecret("app.conf", "page_token = start\nother_token = x1\n", allowed)).toBeDefined();
    expect(findSecret(undefined, base64("page_token = start\n  "), allowed)).toBeUndefined();
  });
});

describe("a name", () => {
  it.each(["DJANGO_SECRET_KEY", "SECRET_KEY_BASE", "ANTHROPIC_API_KEYS", "PASSWORD_PROD", "apiTokenStaging"])(
    "%s announces a secret",
    (name) => {
      expect(isSecretName(name)).toBe(true);
    },
  );

  it.each([
    "secretKey",
    "MAX_TOKENS",
    "existingSecret",
    "pull-secret",
    "SECRET_NAME",
    "passwordPolicy",
    "MY_SECRET_KEYS",
  ])("%s announces none", (name) => {
    expect(isSecretName(name)).toBe(false);
  });
});

describe("the name of a Secret", () => {
  it.each([
    ["clientSecret", "valkey-auth"],
    ["secret", "a"],
  ])("may stand under %s as %s", (name, value) => {
    expect(mayNameSecret(name, value)).toBe(true);
  });

  it.each([
    ["clientSecret", "Hunter2"],
    ["clientSecret", "hunter2_"],
    ["clientSecret", RANDOM.toLowerCase()],
    ["clientSecretOld", "valkey-auth"],
    [undefined, "valkey-auth"],
  ])("may not stand under %s as %s", (name, value) => {
    expect(mayNameSecret(name, value)).toBe(false);
  });
});

describe("a secret is found by its name", () => {
  it.each([
    "PASSWORD",
    "REDIS_PASSWORD",
    "redisPassword",
    "redis-password",
    "GITHUB_TOKEN",
    "clientSecret",
    "CLIENT_SECRET",
    "ANTHROPIC_API_KEY",
    "apiKey",
    "AWS_SECRET_ACCESS_KEY",
    "private-key",
    "SSH_PASSPHRASE",
    "PGPASSWORD",
    "MYSQL_PWD",
    "DB_PASS",
    "PASSWORD_2",
    "password-previous",
    "accesstoken",
  ])("%s with any literal", (name) => {
    expect(findSecret(name, "hunter2")).toBe("a literal value under the name of a secret");
  });

  it.each(["SESSION_KEY", "HTTP_AUTH", "SALT", "masterKey"])("%s with a random value", (name) => {
    expect(findSecret(name, RANDOM)).toBe("a random value under the name of a key");
  });

  it("HTTP_AUTH with the name and the password of a user, and no other text", () => {
    expect(findSecret("HTTP_AUTH", base64("app:pw"))).toBe("the name and the password of a user");
    expect(findSecret("HTTP_AUTH", base64("a b:pw"))).toBeUndefined();
  });

  it.each([
    ["a line of a .env file", "A=1\nexport DB_PASSWORD='hunter2'\nB=2"],
    ["a line of YAML", "server:\n  port: 1\n  password: hunter2\n"],
    ["a line of JSON", '{\n  "apiToken": "hunter2",\n  "port": 1\n}'],
    ["a flag with its value", "--auth-token=hunter2"],
    ["a directive of Valkey", "port 6379\nrequirepass hunter2\n"],
    ["a directive of Sentinel", "sentinel auth-pass mymaster hunter2\n"],
    ["a password of the Sentinels", "sentinel sentinel-pass hunter2\n"],
    ["the password of a key file", "tls-key-file-pass hunter2\n"],
    ["a JSON object on one line", '{"port":1,"password":"hunter2"}'],
    ["JSON within JSON", JSON.stringify({ config: JSON.stringify({ password: "hunter2" }) })],
    ["a variable in JSON", '{"env":[{"name":"DB_PASSWORD","value":"hunter2"}]}'],
    ["a variable in YAML", "env:\n  - name: DB_PASSWORD\n    value: hunter2\n"],
    ["a quoted phrase", 'password: "correct horse battery"\n'],
    ["a line with a comment", "password: hunter2 # for now\n"],
    ["a connection string", "host=db user=app password=hunter2 port=5432"],
    ["the query of a URL", "jdbc:postgresql://db/agents?user=app&password=hunter2&ssl=true"],
    ["a variable before a command", "sh -c 'PGPASSWORD=hunter2 psql -h db'"],
    ["a flag within a command", "exec valkey-server --requirepass hunter2 --appendonly yes"],
    ["a default of the shell", `password=${["$", "{DB_PASSWORD:-hunter2}"].join("")}`],
    ["a literal between two references", `password=${["$", "{A}hunter2$", "{B}"].join("")}`],
    ["a user of Valkey", "user agent on +@all ~* >hunter2\n"],
    ["an element of XML", "<server><password>hunter2</password></server>"],
    ["YAML on one line", "db: {user: app, password: hunter2}"],
    ["a program", 'const server = { password: "hunter2" };'],
    ["a pipeline of Logstash", 'output { password => "hunter2" }'],
    ["a program of Go", 'password := "hunter2"; run()'],
    ["a long line", `password: ${"a".repeat(600)}\n`],
    ["a long line in quotes", `password: "${"a".repeat(600)}" end\n`],
    ["a file of npm", "//registry.npmjs.org/:_authToken=hunter2\n"],
    ["a file of Docker", `{"auths":{"r":{"auth":"${base64("u:pw")}"}}}`],
    ["JSON with escapes", '{"password":"\\u0068unter2"}'],
    ["a number in JSON", '{"password":12345678}'],
    ["a text over several lines", "password: |\n  hunter2\n"],
  ])("in %s", (_, text) => {
    expect(findSecret("config", text)).toBeDefined();
  });

  it("begins at sixteen characters, digits and letters among them, of which few are the same", () => {
    expect(findSecret("SESSION_KEY", RANDOM.slice(0, 16))).toBe("a random value under the name of a key");
    expect(findSecret("SESSION_KEY", RANDOM.slice(0, 15))).toBeUndefined();
    expect(findSecret("SESSION_KEY", "1234567890123456789012")).toBeUndefined();
    expect(findSecret("SESSION_KEY", "aaaaaaaaaaaaaaaaaaa1")).toBeUndefined();
  });

  it.each([
    ["words that begin with a switch", "true-but-secret"],
    ["words that end with a switch", "it is on"],
    ["a default after the sign alone", shell("{A-hunter2}")],
    ["a default within", `x${shell("{A:-}")}`],
    ["a reference within", `x${shell("{A}")}y`],
    ["something after a default", `${shell("{A:-}")}x`],
    ["something after a path", "/etc/x;y"],
    ["a path of random text", `/etc/${RANDOM}`],
  ])("takes %s for a literal", (_, value) => {
    expect(findSecret("DB_PASSWORD", value)).toBe("a literal value under the name of a secret");
  });

  it.each([
    ["an empty default after the sign alone", shell("{A-}")],
    ["blanks around a reference", "  $(A)  "],
  ])("takes %s for none", (_, value) => {
    expect(findSecret("DB_PASSWORD", value)).toBeUndefined();
  });
});

describe("no secret is seen in", () => {
  it.each([
    ["a plain setting", "REGION", "region-a"],
    ["an empty value", "REDIS_PASSWORD", ""],
    ["a reference of Kubernetes", "REDIS_PASSWORD", "$(VALKEY_PASSWORD)"],
    ["a reference of the shell", "REDIS_PASSWORD", "$VALKEY_PASSWORD"],
    ["a quoted reference", "REDIS_PASSWORD", `"${SHELL_REFERENCE}"`],
    ["the output of a command", "REDIS_PASSWORD", "$(cat /etc/valkey/password)"],
    ["the output of a command in a command", "REDIS_PASSWORD", '$(cat "$(dirname x)/password")'],
    ["a reference with an empty default", "REDIS_PASSWORD", ["$", "{VALKEY_PASSWORD:-}"].join("")],
    ["a reference that must be set", "REDIS_PASSWORD", ["$", "{VALKEY_PASSWORD:?not set}"].join("")],
    [
      "the name of a secret of AWS",
      "DB_PASSWORD",
      "arn:aws:secretsmanager:eu-central-1:123456789012:secret:db",
    ],
    ["prose about basic things", "agent.md", "Use basic functionality-without-digits-at-all here."],
    ["a flag before another", "start.sh", "run --with-token --verbose"],
    ["a placeholder", "API_KEY", "<your key>"],
    ["a path", "AUTH_TOKEN", "/var/run/secrets/tokens/api"],
    ["a switch", "automountServiceAccountToken", "true"],
    ["the name of a file with a secret", "REDIS_PASSWORD_FILE", "/etc/valkey/password"],
    ["a number of tokens", "MAX_TOKENS", "4096"],
    ["the name of another object", "existingSecret", "valkey-auth"],
    ["the key of a table", "PARTITION_KEY", "tenant-and-model"],
    ["a digest of configuration", "checksum/config", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822c"],
    ["a certificate, which is public", "ca.crt", "-----BEGIN CERTIFICATE-----\nMIIB"],
    ["a URL with a port", "ANTHROPIC_BASE_URL", "http://localhost:8080/v1@latest"],
    ["a URL whose password is a reference", "REDIS_URL", "redis://:$(REDIS_PASSWORD)@valkey:6379"],
    ["an image reference", "IMAGE", "registry:5000/agent@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b"],
    [
      "prose about tokens",
      "agent.md",
      "The token bucket refills.\n\n- password rotation\n- key: value pairs\n",
    ],
    [
      "a directive with a reference",
      "start.sh",
      `requirepass "$VALKEY_PASSWORD"\nmasterauth ${SHELL_REFERENCE}`,
    ],
    ["base64 of plain text", "greeting", base64("only a greeting and nothing else")],
    ["an ellipsis", "API_KEY", "…"],
    ["three dots", "API_KEY", "..."],
    ["a path below a variable", "NSS_WRAPPER_PASSWD", "$RUN/passwd"],
    ["a path below a variable in braces", "NSS_WRAPPER_PASSWD", shell("{RUN}/passwd")],
    [
      "references in front of a command",
      "start.sh",
      `PGPASSWORD=${shell("{PW}")} psql; A_TOKEN=$(cat /x) go`,
    ],
    ["a variable of psql", "roles.sql", "ALTER ROLE x LOGIN PASSWORD :'password';"],
    ["a JSON Schema", "schema", '{"properties":{"password":{"type":"string"}}}'],
    ["an object in lines", "schema", '{\n  "password": {\n    "type": "string"\n  }\n}'],
    ["a dependency of npm", "package.json", '{"dependencies":{"@inquirer/password": "^5.2.5"}}'],
    [
      "an empty password in JSON within JSON",
      "x",
      JSON.stringify({ config: JSON.stringify({ password: "" }) }),
    ],
    ["a query of Prometheus", "rule", 'sum by (token) (rate(x{key="a",auth!~"b"}[5m])) > 3'],
    [
      "a URL with a variable and a default",
      "x",
      `redis://${shell("{U:-app}")}:${shell("{PW:?not set}")}@valkey`,
    ],
    ["a URL with the name of a user", "x", "ssh://deploy@git.example.com/agents.git"],
    ["prose about a login", "doc", "it drops everything, without login and password in a single server"],
  ])("%s", (_, name, value) => {
    expect(findSecret(name, value)).toBeUndefined();
  });
});

describe("harmless files", () => {
  it.each([
    "valkey/cluster.sh",
    "valkey/start-valkey.sh",
    "valkey/start-sentinel.sh",
    "postgres/start-postgres.sh",
    "../agent-runtime/data/models.json",
    "../package-lock.json",
  ])("%s holds no secret", (file) => {
    expect(findSecret(file, ownFile(file))).toBeUndefined();
  });

  it("digests, identifiers and certificates by the hundred hold none", () => {
    const digests = Array.from({ length: 300 }, (_, seed) =>
      createHash("sha512").update(String(seed)).digest(),
    );
    const lines = digests.flatMap((digest) => [
      `sha256:${digest.toString("hex", 0, 32)}`,
      `integrity: sha512-${digest.toString("base64")}`,
      `uid: ${digest.toString("hex", 0, 4)}-${digest.toString("hex", 4, 6)}-4a1b-8c2d-${digest.toString("hex", 6, 12)}`,
      `caBundle: ${base64(`-----BEGIN CERTIFICATE-----\n${digest.toString("base64")}\n`)}`,
      digest.toString("base64url"),
    ]);
    expect(findSecret("config", lines.join("\n"))).toBeUndefined();
    expect(lines.filter((line) => findSecret(undefined, line) !== undefined)).toEqual([]);
  });
});

describe("long texts", () => {
  const MEGABYTES_5 = 5 * 1024 * 1024;

  it.each([
    "a",
    "eyJ",
    "eyJ-",
    "://",
    "://a:",
    "AKIA",
    " ",
    "\n",
    "-----BEGIN ",
    "user a >",
    "A=",
    "A='",
    'A="x ',
    "--a ",
    '"a":"',
    '\\"a',
    "name: a\n",
    'name:"a"value:',
    "Bearer ",
    "YWJj",
    "{{",
    "$(",
    "password: $(",
    "password: \n",
    "://${",
    `://${shell("{a}")}`,
    "{a: b ",
    "<a>b",
    "curl -u ",
    "redis-cli ",
    "--user a on ",
    "A=${",
    "\\u0061",
    "$1$a$",
    "aZ3",
    "0a",
    "login a password ",
  ])(
    "of five megabytes of %j are judged in time that grows with their length only",
    (unit) => {
      const text = unit.repeat(Math.ceil(MEGABYTES_5 / unit.length));
      const start = process.threadCpuUsage();
      findSecret("config", text);
      findSecretInCommand([text]);
      expect(process.threadCpuUsage(start).user).toBeLessThan(5_000_000);
    },
    60_000,
  );
});

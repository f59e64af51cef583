import { describe, expect, it } from "vitest";
import { findSecret } from "../../../policies/data/secret-detector.ts";

/** Put together at run time, so that no scanner takes this file for a leak. */
const ANTHROPIC_KEY = ["sk", "ant", "api03", "Zx8Qm2LpV9tR4wKe"].join("-");
const AWS_KEY = `AKIA${"IOSFODNN7EXAMPLE"}`;
const PRIVATE_KEY = `-----BEGIN RSA ${"PRIVATE KEY"}-----\nMIIEpAIBAAKCAQEA`;
const JWT = ["eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiIxMjM0In0", "c2lnbmF0dXJl"].join(".");
const RANDOM = "q8Zt3LmX7vBn2KsR5wYp";

/** What a shell script writes, kept out of a template by its pieces. */
const SHELL_REFERENCE = ["$", "{VALKEY_PASSWORD}"].join("");

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

  it("behind base64 in lines and in the alphabet of URLs", () => {
    const wrapped = base64(PRIVATE_KEY).replace(/(.{20})/g, "$1\n");
    expect(findSecret(undefined, wrapped)).toBeDefined();
    expect(findSecret(undefined, Buffer.from(`~~~${ANTHROPIC_KEY}`).toString("base64url"))).toBeDefined();
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
  ])("%s with any literal", (name) => {
    expect(findSecret(name, "hunter2")).toBe("a literal value under the name of a secret");
  });

  it.each(["SESSION_KEY", "HTTP_AUTH", "SALT", "masterKey"])("%s with a random value", (name) => {
    expect(findSecret(name, RANDOM)).toBe("a random value under the name of a key");
  });

  it.each([
    ["a line of a .env file", "A=1\nexport DB_PASSWORD='hunter2'\nB=2"],
    ["a line of YAML", "server:\n  port: 1\n  password: hunter2\n"],
    ["a line of JSON", '{\n  "apiToken": "hunter2",\n  "port": 1\n}'],
    ["a flag with its value", "--auth-token=hunter2"],
    ["a directive of Valkey", "port 6379\nrequirepass hunter2\n"],
    ["a directive of Sentinel", "sentinel auth-pass mymaster hunter2\n"],
    ["a user of Valkey", "user agent on +@all ~* >hunter2\n"],
  ])("in %s", (_, text) => {
    expect(findSecret("config", text)).toBeDefined();
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
  ])("%s", (_, name, value) => {
    expect(findSecret(name, value)).toBeUndefined();
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
    "password: \n",
  ])("of five megabytes of %j are judged in time that grows with their length only", (unit) => {
    const text = unit.repeat(Math.ceil(MEGABYTES_5 / unit.length));
    const start = performance.now();
    findSecret("config", text);
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});

import { describe, expect, it } from "vitest";
import { valkeyRequireAuthentication } from "../../../policies/data/valkey-require-authentication.ts";
import { notCheckedPathsOf } from "../../../policies/pack/not-checked.ts";
import { judge, type KubernetesObject, UNKNOWN } from "../judge.ts";
import { EVERY_PLACE, podSpecWith } from "../workloads.ts";
import { configMap, ownFile, statefulSet } from "./configurations.ts";

const run = (object: KubernetesObject) => judge(valkeyRequireAuthentication, object);
const conf = (text: string) => run(configMap({ "valkey.conf": text }));
const acl = (text: string, name = "users.acl") => run(configMap({ [name]: text }));
const BITNAMI = "docker.io/bitnami/valkey:9";
const IMAGE = "registry.example.com/valkey:9";
const DEFAULT_OFF = "user default off\n";

describe("valkey-require-authentication", () => {
  it.each([
    ["a password", "requirepass $PASSWORD"],
    ["a list of users", "protected-mode no\naclfile /conf/users.acl"],
    ["users of whom the default one is off", "user default off\nuser app on >pw ~* +get"],
    ["a password of the default user", "user default on #9f86 ~* +@all"],
    ["a file that may set it", "include /conf/other.conf"],
    ["a default user that is off, in any letters", "user default OFF"],
  ])("allows %s", async (_, text) => {
    expect(await conf(`appendonly yes\n${text}\n`)).toEqual({ violations: [], undecided: undefined });
  });

  it.each([
    ["nothing", "", "it lets everybody in: it sets neither requirepass nor users."],
    ["an empty password", 'requirepass ""', "sets neither requirepass nor users"],
    ["an open mode in any letters", "protected-mode NO", "and protected-mode is off."],
    ["an open mode", "protected-mode no", "neither requirepass nor users, and protected-mode is off."],
    ["users beside an open default one", "user app on >pw ~* +get", "sets neither requirepass"],
    [
      "a default user without password",
      "requirepass x\nuser default on nopass ~* +@all",
      'the user "default" needs no password',
    ],
    ["another user without password", "aclfile /a\nuser app on nopass", 'the user "app" needs no password'],
  ])("refuses %s", async (_, text, words) => {
    expect((await conf(`appendonly yes\n${text}\n`)).violations).toEqual([expect.stringContaining(words)]);
  });

  it.each([
    ["hashed passwords", `${DEFAULT_OFF}user app on #9f86 ~* +get\n`],
    ["comments and empty lines", `# who may\n\n${DEFAULT_OFF}`],
    ["a user that is off", `${DEFAULT_OFF}user app off nopass\n`],
    ["a user that is switched off again", `${DEFAULT_OFF}user app on nopass off\n`],
    ["a user that is reset, and off thereby", `${DEFAULT_OFF}user app on reset nopass\n`],
    ["a user of whom nothing is said", `${DEFAULT_OFF}user app nopass\n`],
    ["a password that ends nopass", `${DEFAULT_OFF}user app on nopass >pw\n`],
    ["a reset that ends nopass", `${DEFAULT_OFF}user app on nopass resetpass\n`],
    ["a reset that ends on", `${DEFAULT_OFF}user app on nopass reset\n`],
    ["a default user with a password", "user default on >pw\n"],
  ])("allows a list of users with %s", async (_, text) => {
    expect(await acl(text)).toEqual({ violations: [], undecided: undefined });
  });

  it.each([
    ["a default user in large letters", "user default ON NOPASS\n", 'the user "default" needs no password'],
    ["a user without password", `${DEFAULT_OFF}user app on >pw nopass\n`, 'the user "app" needs no password'],
    ["a user who is on at last", `${DEFAULT_OFF}user app nopass on\n`, 'the user "app" needs no password'],
    ["no default user", "user app on #9f86\n", "it leaves the user default as it is"],
    ["an open default user", "user default on\n", "it leaves the user default as it is"],
    [
      "a default user that is switched on again",
      "user default off\nuser default on nopass\n",
      'the user "default" needs no password',
    ],
  ])("refuses a list of users with %s", async (_, text, words) => {
    expect((await acl(text)).violations).toEqual([expect.stringContaining(words)]);
  });

  it("knows a list of users by its lines too, and takes nothing else for one", async () => {
    expect((await acl("user app on nopass\n", "who")).violations).toHaveLength(2);
    expect((await acl("#who may\nuser app on nopass\n", "who")).violations).toHaveLength(2);
    expect((await acl("user app soon\n", "who")).violations).toEqual([]);
    expect((await acl("role app on\n", "who")).violations).toEqual([]);
    expect((await acl("user app OFF\nuser b On >pw\n", "who")).violations).toHaveLength(1);
    expect((await acl("user app one\n", "who")).violations).toEqual([]);
    expect((await acl("user app\n", "who")).violations).toEqual([]);
    expect((await acl("user app on the team\nreads this\n", "agent.md")).violations).toEqual([]);
    expect((await acl("", "users.acl")).violations).toEqual([]);
  });

  it("reads Secrets, plain and coded, and binary data of ConfigMaps", async () => {
    const text = "user default on nopass\n";
    const secret = { ...configMap(undefined), kind: "Secret" };
    expect((await run({ ...secret, stringData: { "a.acl": text } })).violations).not.toEqual([]);
    expect((await run({ ...secret, data: { "a.acl": btoa(text) } })).violations).not.toEqual([]);
    expect((await run(configMap(undefined, { binaryData: { "a.acl": btoa(text) } }))).violations).not.toEqual(
      [],
    );
  });

  it.each(EVERY_PLACE)("reads the arguments in $list of a $kind", async ({ build, list }) => {
    const of = (...args: string[]) => run(build(podSpecWith(list, { command: ["valkey-server"], args })));
    expect((await of("--appendonly", "yes")).violations).toEqual([expect.stringContaining(`${list}[`)]);
    expect((await of("--requirepass", "$(PASSWORD)")).violations).toEqual([]);
  });

  it.each([
    ["the image's own start", { image: IMAGE }],
    ["flags for the image's own start", { image: IMAGE, args: ["--appendonly", "yes"] }],
    ["a path of the program", { command: ["/usr/bin/redis-server"] }],
    [
      "a command for a shell",
      { command: ["sh", "-c", "exec redis-server \\\n  --appendonly yes && echo --requirepass x"] },
    ],
    ["a command that another follows", { command: ["sh", "-c", "valkey-server; echo --requirepass x"] }],
    ["a command that ends with the program", { command: ["sh", "-c", "exec valkey-server"] }],
    ["a Sentinel", { command: ["redis-sentinel"] }],
    [
      "flags in a variable",
      { image: IMAGE, env: [{ name: "VALKEY_EXTRA_FLAGS", value: "--appendonly yes" }] },
    ],
    [
      "a variable of Bitnami's image",
      { image: BITNAMI, env: [{ name: "ALLOW_EMPTY_PASSWORD", value: "yes" }] },
    ],
    [
      "an empty password of Bitnami's image",
      {
        image: BITNAMI,
        env: [
          { name: "ALLOW_EMPTY_PASSWORD", value: "TRUE" },
          { name: "REDIS_PASSWORD", value: "" },
        ],
      },
    ],
    [
      "a user that a hook lets in",
      {
        lifecycle: {
          postStart: { exec: { command: ["valkey-cli", "acl", "setuser", "default", "nopass"] } },
        },
      },
    ],
    [
      "a password that a hook takes away",
      {
        lifecycle: { postStart: { exec: { command: ["sh", "-c", "valkey-cli CONFIG SET requirepass ''"] } } },
      },
    ],
    ["a password that its arguments take away", { args: ["valkey-cli", "config", "set", "requirepass", ""] }],
    ["a change behind the image's own client", { args: ["config", "set", "requirepass", ""] }],
    ["an image without tag", { image: "valkey" }],
    ["an image by its digest", { image: "registry.example.com/valkey@sha256:9f86" }],
  ])("refuses a container that lets everybody in by %s", async (_, container) => {
    expect((await run(statefulSet(container))).violations).toHaveLength(1);
  });

  it.each([
    ["a file of settings", { command: ["valkey-server", "/conf/valkey.conf"] }],
    ["a file for the image's own start", { image: IMAGE, args: ["/conf/valkey.conf"] }],
    ["standard input", { command: ["valkey-server", "-"] }],
    ["a script in a file", { image: IMAGE, command: ["sh", "/scripts/start.sh"] }],
    ["a client", { image: IMAGE, args: ["valkey-cli", "ping"] }],
    ["an image with a start of its own", { image: BITNAMI }],
    [
      "an image with a start of its own and a password from a Secret",
      {
        image: BITNAMI,
        env: [
          { name: "ALLOW_EMPTY_PASSWORD", value: "yes" },
          { name: "VALKEY_PASSWORD", valueFrom: { secretKeyRef: { name: "a", key: "b" } } },
        ],
      },
    ],
    [
      "an image with a start of its own and a file of a password",
      {
        image: BITNAMI,
        env: [
          { name: "ALLOW_EMPTY_PASSWORD", value: "1" },
          { name: "REDIS_PASSWORD_FILE", value: "/x" },
        ],
      },
    ],
    [
      "a password in a variable of flags",
      { image: IMAGE, env: [{ name: "VALKEY_EXTRA_FLAGS", value: "--requirepass $P" }] },
    ],
    [
      "flags for another image",
      { image: "registry.example.com/app:1", env: [{ name: "REDIS_ARGS", value: "--save 1 1" }] },
    ],
    [
      "a password that a hook sets",
      { lifecycle: { preStop: { exec: { command: ["valkey-cli", "config", "set", "requirepass", "$P"] } } } },
    ],
    [
      "a password of quotes, which no shell takes off",
      { args: ["valkey-cli", "config", "set", "requirepass", "''"] },
    ],
    ["an image of a registry of the name", { image: "valkey:5000/agent" }],
    ["no empty password allowed", { image: BITNAMI, env: [{ name: "ALLOW_EMPTY_PASSWORD", value: "no" }] }],
    ["another image", { image: "registry.example.com/valkey-exporter:1" }],
  ])("says nothing of a container with %s", async (_, container) => {
    expect(await run(statefulSet(container))).toEqual({ violations: [], undecided: undefined });
  });

  it.each([
    ["a value of a file", configMap({ "valkey.conf": UNKNOWN }), '.data["valkey.conf"]'],
    [
      "a list of users",
      { ...configMap(undefined), kind: "Secret", stringData: { "a.acl": UNKNOWN } },
      '.stringData["a.acl"]',
    ],
    ["a script", configMap({ "start.sh": UNKNOWN }), '.data["start.sh"]'],
    ["all files", configMap(UNKNOWN), ".data"],
    [
      "an argument",
      statefulSet({ command: ["valkey-server"], args: ["--requirepass", UNKNOWN] }),
      ".args[1]",
    ],
    [
      "flags in a variable",
      statefulSet({ image: IMAGE, env: [{ name: "REDIS_ARGS", value: UNKNOWN }] }),
      ".env[0].value",
    ],
    ["flags in a ConfigMap", configMap({ VALKEY_EXTRA_FLAGS: UNKNOWN }), ".data.VALKEY_EXTRA_FLAGS"],
    [
      "the password of a user",
      statefulSet({ args: ["valkey-cli", "acl", "setuser", "app", "on", UNKNOWN] }),
      ".args[5]",
    ],
    [
      "whether Bitnami's image asks for a password",
      statefulSet({ image: BITNAMI, env: [{ name: "ALLOW_EMPTY_PASSWORD", value: UNKNOWN }] }),
      ".env[0].value",
    ],
    ["the command", statefulSet({ image: IMAGE, command: UNKNOWN }), ".command"],
    ["the command in Bitnami's image", statefulSet({ image: BITNAMI, command: UNKNOWN }), ".command"],
    ["every container", statefulSet({}, { pod: { containers: UNKNOWN } }), ".containers"],
  ])("leaves open %s that is not known yet", async (_, object, place) => {
    expect(await run(object)).toEqual({ violations: [], undecided: expect.stringContaining(place) });
  });

  it("names nothing else as open than what is not known yet", async () => {
    const pathsOf = async (object: KubernetesObject) =>
      notCheckedPathsOf((await run(object)).undecided ?? "");
    const pod = { initContainers: UNKNOWN };
    const containers = statefulSet({ image: "registry.example.com/agent:1" }, { pod });
    expect(await pathsOf(containers)).toEqual([".spec.template.spec.initContainers"]);
    const args = ["config", "set", "requirepass", UNKNOWN];
    expect(await pathsOf(statefulSet({ args }))).toEqual([".spec.template.spec.containers[0].args[3]"]);
    const files = configMap({ "valkey.conf": "requirepass x\n", "users.acl": UNKNOWN, "notes.md": "x" });
    expect(await pathsOf(files)).toEqual(['.data["users.acl"]']);
  });

  it("leaves the defaults open to a file beside the flags of a ConfigMap", async () => {
    expect(await run(configMap({ VALKEY_EXTRA_FLAGS: "--appendonly yes" }))).toEqual({
      violations: [],
      undecided: undefined,
    });
  });

  it("judges what it knows beside an argument that is not known yet", async () => {
    const of = (...args: string[]) =>
      run(statefulSet({ command: ["valkey-server"], args: [...args, UNKNOWN] }));
    expect((await of("--requirepass", "", "--port")).violations).toHaveLength(1);
    expect((await of("--user", "default on nopass", "--port")).violations).toHaveLength(1);
  });

  it.each([
    ["another file", configMap({ "app.yaml": UNKNOWN })],
    ["a copy of a file", configMap({ "valkey.conf.bak": UNKNOWN })],
    ["a command of another program", statefulSet({ args: ["agent", "config", UNKNOWN] })],
    ["all of a Secret", { ...configMap(undefined), kind: "Secret", stringData: UNKNOWN }],
  ])("does not trip over %s that is not known yet", async (_, object) => {
    expect(await run(object)).toEqual({ violations: [], undecided: undefined });
  });

  it("allows our own servers and Sentinels", async () => {
    const files = ["cluster.sh", "start-valkey.sh", "start-sentinel.sh", "probe.sh"];
    const data = Object.fromEntries(files.map((file) => [file, ownFile(`valkey/${file}`)]));
    expect((await run(configMap(data))).violations).toEqual([]);
    const open = data["start-valkey.sh"]?.replace(/^aclfile .*$/m, "");
    expect((await run(configMap({ ...data, "start-valkey.sh": open }))).violations).toHaveLength(1);
  });

  it.each([
    [
      "another command",
      { image: BITNAMI, command: ["sleep"], env: [{ name: "ALLOW_EMPTY_PASSWORD", value: "yes" }] },
      0,
    ],
    ["no clear word", { image: BITNAMI, env: [{ name: "ALLOW_EMPTY_PASSWORD", value: "yes, but" }] }, 0],
    ["a word that ends so", { image: BITNAMI, env: [{ name: "ALLOW_EMPTY_PASSWORD", value: "no yes" }] }, 0],
    [
      "a variable of another name",
      { image: BITNAMI, env: [{ name: "DO_ALLOW_EMPTY_PASSWORD", value: "yes" }] },
      0,
    ],
    ["a longer name", { image: BITNAMI, env: [{ name: "ALLOW_EMPTY_PASSWORD_NOT", value: "yes" }] }, 0],
    [
      "passwords of other names",
      {
        image: BITNAMI,
        env: [
          { name: "ALLOW_EMPTY_PASSWORD", value: "yes" },
          { name: "MY_REDIS_PASSWORD", value: "$A" },
          { name: "REDIS_PASSWORD_OLD", value: "$A" },
        ],
      },
      1,
    ],
  ])("knows the image of Bitnami with %s", async (_, container, count) => {
    expect((await run(statefulSet(container))).violations).toHaveLength(count);
  });
});

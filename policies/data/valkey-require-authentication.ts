import type { Manifest } from "../manifests/manifest.ts";
import { type Finding, violation } from "../pack/finding.ts";
import { objectPolicy } from "../pack/object-policy.ts";
import { filesOf } from "./object-files.ts";
import {
  CONFIGURATION_KINDS,
  judgeConfigurations,
  type ValkeyConfiguration,
} from "./valkey-configuration.ts";
import { isChoice, lastOf, wordsOf } from "./valkey-directives.ts";

const REMEDY =
  "Set requirepass, or an aclfile in which the user default is off and no user has nopass; take the passwords from a Secret.";

const configMap = (data: object) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "valkey", namespace: "ai-agents" },
  data,
});

export const valkeyRequireAuthentication = objectPolicy({
  name: "valkey-require-authentication",
  description: "Nobody uses Valkey or Redis without a password.",
  severity: "critical",
  controls: [{ framework: "nist", control: "AC-3, IA-2, IA-5" }],
  reason:
    "Whoever reaches the port reads sessions and budgets, changes them, or has the server write files. A network policy alone is one mistake away from that.",
  remedy: REMEDY,
  parameters: {},
  examples: {
    pass: [
      {
        what: "a password",
        objects: [configMap({ "valkey.conf": "requirepass $PASSWORD\nappendonly yes\n" })],
      },
      {
        what: "a list of users",
        objects: [configMap({ "valkey.conf": "protected-mode no\naclfile /conf/users.acl\n" })],
      },
      {
        what: "users of whom the default one is off",
        objects: [configMap({ "users.acl": "user default off\nuser app on #9f86 ~* +get\n" })],
      },
    ],
    fail: [
      { what: "neither password nor users", objects: [configMap({ "valkey.conf": "appendonly yes\n" })] },
      {
        what: "a user without password",
        objects: [configMap({ "users.acl": "user default off\nuser app on nopass ~* +@all\n" })],
      },
      {
        what: "a list that leaves the default user as it is",
        objects: [configMap({ "users.acl": "user app on #9f86 ~* +get\n" })],
      },
    ],
  },
  kinds: CONFIGURATION_KINDS,
  judge: (manifest) => [...judgeConfigurations(manifest, judgeConfiguration), ...judgeAccessLists(manifest)],
});

function judgeConfiguration({ field, directives, isWhole }: ValkeyConfiguration): Finding[] {
  const users = directives.get("user") ?? [];
  const open = openUsersOf(users).map((user) =>
    violation(field, `the user ${JSON.stringify(user)} needs no password.`, REMEDY),
  );
  const password = lastOf(directives, "requirepass");
  const isOpen =
    (isWhole || password !== undefined) &&
    !hasPassword(password) &&
    !directives.has("aclfile") &&
    !closesDefault(users);
  if (!isOpen) return open;
  const unprotected = isChoice(lastOf(directives, "protected-mode")?.[0] ?? "", "no")
    ? ", and protected-mode is off"
    : "";
  return [
    ...open,
    violation(field, `it lets everybody in: it sets neither requirepass nor users${unprotected}.`, REMEDY),
  ];
}

function hasPassword(words: readonly string[] | undefined): boolean {
  return words?.[0] !== undefined && words[0] !== "";
}

/** Files that hold nothing but users. */
function judgeAccessLists(manifest: Manifest): Finding[] {
  return filesOf(manifest).flatMap(({ name, field, text }) => {
    const lines = linesOf(text);
    if (!isAccessList(name, lines)) return [];
    const users = lines.map(([, ...words]) => words);
    const open = openUsersOf(users);
    return [
      ...open.map((user) => violation(field, `the user ${JSON.stringify(user)} needs no password.`, REMEDY)),
      ...(closesDefault(users) || open.includes("default")
        ? []
        : [
            violation(
              field,
              "it leaves the user default as it is: on, without password, for everything.",
              REMEDY,
            ),
          ]),
    ];
  });
}

function linesOf(text: string): string[][] {
  return text
    .split("\n")
    .map(wordsOf)
    .filter(([first = "#"]) => !first.startsWith("#"));
}

function isAccessList(name: string, lines: readonly (readonly string[])[]): boolean {
  return (
    lines.length > 0 &&
    (name.endsWith(".acl") ||
      lines.every(([first, , state = ""]) => first === "user" && /^o(?:n|ff)$/i.test(state)))
  );
}

/** The last word about a user's state and passwords counts. */
function openUsersOf(users: readonly (readonly string[])[]): string[] {
  return users.flatMap(([name = "", ...rules]) => (isOn(rules) && needsNoPassword(rules) ? [name] : []));
}

function isOn(rules: readonly string[]): boolean {
  return rules.map(lowered).findLast((rule) => rule === "on" || rule === "off" || rule === "reset") === "on";
}

function needsNoPassword(rules: readonly string[]): boolean {
  return (
    rules
      .map(lowered)
      .findLast((rule) => ["nopass", "resetpass", "reset"].includes(rule) || isPassword(rule)) === "nopass"
  );
}

function lowered(rule: string): string {
  return rule.toLowerCase();
}

function isPassword(rule: string): boolean {
  return rule.startsWith(">") || rule.startsWith("#");
}

/** The user that everybody is who names none: on and without password until something else is said of it. */
function closesDefault(users: readonly (readonly string[])[]): boolean {
  const rules = users.findLast(([name]) => name === "default");
  return rules !== undefined && (!isOn(rules) || rules.some(isPassword));
}

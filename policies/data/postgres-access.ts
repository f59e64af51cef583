/** One rule of `pg_hba.conf`: who may connect how, and what has to be shown. */
export interface AccessRule {
  readonly type: string;
  readonly database: string;
  readonly user: string;
  readonly address: string;
  readonly method: string;
}

/** Types of rules for connections over a network. */
const NETWORK_TYPE = /^host(?:ssl|nossl|gssenc|nogssenc)?$/;
const METHODS: ReadonlySet<string> = new Set([
  "cert",
  "gss",
  "ident",
  "ldap",
  "md5",
  "oauth",
  "pam",
  "password",
  "radius",
  "reject",
  "scram-sha-256",
  "sspi",
  "trust",
]);

/** The rule for connections over a network that a line holds; undefined for every other line. */
export function accessRuleOf(line: string): AccessRule | undefined {
  const [type = "", database = "", user = "", address = "", ...rest] = line.trim().split(/\s+/);
  // An address may be followed by its mask, and the method by options.
  const method = rest.slice(0, 2).find((word) => METHODS.has(word));
  return NETWORK_TYPE.test(type) && method !== undefined
    ? { type, database, user, address, method }
    : undefined;
}

/** What is wrong with the first rules that let somebody in without TLS, or without any proof. */
export function accessProblems(rules: readonly AccessRule[]): string[] {
  const end = rules.findIndex(refusesPlainText);
  const open = (end < 0 ? rules : rules.slice(0, end)).filter(allowsPlainText);
  const trusting = rules.filter(({ method }) => method === "trust");
  return [
    ...open.map((rule) => `the rule ${JSON.stringify(written(rule))} lets clients in that do not encrypt.`),
    ...trusting.map(
      (rule) => `the rule ${JSON.stringify(written(rule))} lets everybody in without a password.`,
    ),
  ];
}

/** The rule after which every other is for encrypted connections alone. */
export function refusesPlainText({ type, database, user, address, method }: AccessRule): boolean {
  const isForAll = database === "all" && user === "all" && address === "all";
  return (type === "hostnossl" || type === "host") && isForAll && method === "reject";
}

/** What goes through the loopback interface leaves no pod. */
function allowsPlainText({ type, address, method }: AccessRule): boolean {
  return (
    type !== "hostssl" &&
    type !== "hostgssenc" &&
    method !== "reject" &&
    !/^(?:127\.|::1\/|localhost$|samehost$)/.test(address)
  );
}

function written({ type, database, user, address, method }: AccessRule): string {
  return [type, database, user, address, method].join(" ");
}

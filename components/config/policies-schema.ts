import { z } from "zod";
import { POLICY_ID, readPolicyHeader } from "../../agent-runtime/src/auth/policy-header.ts";
import { type Contradiction, relation } from "./relations.ts";

const KIB = 1024;
const MAX_FILE_KIB = 64;
/** A ConfigMap holds 1 MiB, and `gateway.yaml` lies in the same. */
const MAX_TOTAL_KIB = 512;

const fileName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,62}\.cedar$/)
  .meta({ allowed: "a file name of lower-case letters, digits and . _ - that ends in .cedar" });

const file = z
  .string()
  .refine((text) => text.trim() !== "" && Buffer.byteLength(text) <= MAX_FILE_KIB * KIB)
  .meta({ allowed: `the text of a Cedar file of at most ${MAX_FILE_KIB} KiB` });

/** Which of a file's policies has no id that could be shown, or is none. There is no Cedar here: the runtime checks the rest. */
const identifiedPolicies = relation(z.record(z.string(), z.string()), (files) => {
  const places = new Map<string, string>();
  return Object.entries(files).flatMap(([name, text]) =>
    splitPolicies(text).flatMap((policy, index) => {
      const place = `policy ${index + 1} of ${name}`;
      const id = idOf(policy);
      if (id === undefined) return [withoutId(name, place)];
      const earlier = places.get(id);
      places.set(id, earlier ?? place);
      return earlier === undefined ? [] : [repeatedId(name, id, place, earlier)];
    }),
  );
});

const fittingTogether = relation(z.record(z.string(), z.string()), (files) => {
  const kib = Object.values(files).reduce((sum, text) => sum + Buffer.byteLength(text), 0) / KIB;
  if (kib <= MAX_TOTAL_KIB) return [];
  return [
    {
      got: `${Math.ceil(kib)} KiB in all`,
      allowed: `at most ${MAX_TOTAL_KIB} KiB together: a ConfigMap holds no more`,
      fix: "join or remove policies",
    },
  ];
});

/** Cedar files by name, mounted beside `gateway.yaml`. */
export const policiesSchema = z.record(fileName, file).check(identifiedPolicies, fittingTogether);

function withoutId(name: string, place: string): Contradiction {
  return {
    path: [name],
    got: `${place}, which has no usable @id, or is no policy`,
    allowed: 'policies, each with an annotation @id("…") of 1 to 63 letters, digits, `.`, `_` or `-`',
    fix: 'write @id("…") before its permit or forbid, and end it with a semicolon',
  };
}

function repeatedId(name: string, id: string, place: string, earlier: string): Contradiction {
  return {
    path: [name],
    got: `${place} with @id(${JSON.stringify(id)}), which ${earlier} has too`,
    allowed: "every id once",
    fix: "rename one of the two",
  };
}

function idOf(policy: string): string | undefined {
  try {
    const { id } = readPolicyHeader(policy);
    if (!policy.endsWith(";")) return undefined;
    return id !== undefined && POLICY_ID.test(id) ? id : undefined;
  } catch {
    return undefined;
  }
}

/** A comment, a text, a semicolon, or whatever else stands there. */
const TOKEN = /\/\/[^\n]*|"(?:[^"\\]|\\.)*"|;|[^";/]+|["/]/gs;

/** Semicolons end policies, but not within comments and texts. Comments are left out. */
function splitPolicies(text: string): string[] {
  const policies = [""];
  for (const [token] of text.matchAll(TOKEN)) {
    if (token.startsWith("//")) continue;
    policies.push(`${policies.pop()}${token}`);
    if (token === ";") policies.push("");
  }
  return policies.map((policy) => policy.trim()).filter((policy) => policy !== "");
}

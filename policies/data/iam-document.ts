import type { Field } from "../manifests/field.ts";

/** One statement of a policy document of AWS. */
export interface Statement {
  /** `statement "ReadBackups"`, for messages. */
  readonly label: string;
  readonly effect: "Allow" | "Deny";
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** For whom it is, by type such as `AWS`; everybody is `*` of the type `*`. Empty in documents of identities. */
  readonly principals: readonly Principal[];
  /** `NotAction`, `NotResource` and `NotPrincipal`, as far as it has them. */
  readonly negations: readonly string[];
  readonly conditions: readonly Condition[];
}

export interface Principal {
  readonly type: string;
  readonly id: string;
}

export interface Condition {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

/** A policy document as it stands in a property: JSON text or an object. */
export type Document =
  | { readonly type: "missing" }
  | { readonly type: "unknown"; readonly field: Field }
  | { readonly type: "malformed"; readonly problem: string }
  | { readonly type: "known"; readonly statements: readonly Statement[] };

/** Reads what can be read of a policy document; what AWS would not take as one is malformed. */
export function readDocument(field: Field): Document {
  if (field.missing) return { type: "missing" };
  const unknown = unknownWithin(field);
  if (unknown !== undefined) return { type: "unknown", field: unknown };
  try {
    const document = field.text === undefined ? field.value : JSON.parse(field.text);
    const statements = listOf(objectOf(document, "the document")["Statement"]);
    if (statements.length === 0) throw new Error("it has no Statement");
    return { type: "known", statements: statements.map(readStatement) };
  } catch (cause) {
    // The parser of JSON repeats the text, which may be long.
    const problem = cause instanceof SyntaxError ? "it is no JSON" : String((cause as Error).message);
    return { type: "malformed", problem };
  }
}

function unknownWithin(field: Field): Field | undefined {
  if (field.unknown) return field;
  if (!field.composite) return undefined;
  for (const [, child] of field.entries()) {
    const unknown = unknownWithin(child);
    if (unknown !== undefined) return unknown;
  }
  return undefined;
}

/** Elements of a statement; one that is written otherwise would be passed over here, and perhaps not by AWS. */
const ELEMENTS: ReadonlySet<string> = new Set([
  "Sid",
  "Effect",
  "Principal",
  "NotPrincipal",
  "Action",
  "NotAction",
  "Resource",
  "NotResource",
  "Condition",
]);

function readStatement(value: unknown, index: number): Statement {
  const statement = objectOf(value, `statement ${index}`);
  const { Sid: sid, Effect: effect } = statement;
  const label =
    typeof sid === "string" && sid !== "" ? `statement ${JSON.stringify(sid)}` : `statement ${index}`;
  const odd = Object.keys(statement).find((key) => !ELEMENTS.has(key));
  if (odd !== undefined) throw new Error(`${label} has the unknown element ${JSON.stringify(odd)}`);
  if (effect !== "Allow" && effect !== "Deny") {
    throw new Error(`${label} has the Effect ${JSON.stringify(effect)} in place of Allow or Deny`);
  }
  return {
    label,
    effect,
    actions: textsOf(statement["Action"], `the Action of ${label}`),
    resources: textsOf(statement["Resource"], `the Resource of ${label}`),
    principals: principalsOf(statement["Principal"], label),
    negations: ["NotAction", "NotResource", "NotPrincipal"].filter((key) => isSet(statement[key])),
    conditions: conditionsOf(statement["Condition"], label),
  };
}

function principalsOf(value: unknown, label: string): Principal[] {
  if (!isSet(value)) return [];
  if (typeof value === "string") return [{ type: "*", id: value }];
  return Object.entries(objectOf(value, `the Principal of ${label}`)).flatMap(([type, ids]) =>
    textsOf(ids, `the Principal of ${label}`).map((id) => ({ type, id })),
  );
}

function conditionsOf(value: unknown, label: string): Condition[] {
  if (!isSet(value)) return [];
  const what = `the Condition of ${label}`;
  return Object.entries(objectOf(value, what)).flatMap(([operator, keys]) =>
    Object.entries(objectOf(keys, what)).map(([key, values]) => ({
      operator,
      key,
      values: textsOf(listOf(values).map(String), what),
    })),
  );
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function objectOf(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Error(`${what} is no object`);
  }
  return { ...value };
}

/** What may stand alone may also stand in a list. */
function listOf(value: unknown): readonly unknown[] {
  if (!isSet(value)) return [];
  return Array.isArray(value) ? value : [value];
}

function textsOf(value: unknown, what: string): string[] {
  return listOf(value).map((text) => {
    if (typeof text !== "string") throw new Error(`${what} holds something else than text`);
    return text;
  });
}

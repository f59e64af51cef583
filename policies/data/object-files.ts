import type { Field } from "../manifests/field.ts";
import type { Manifest } from "../manifests/manifest.ts";

/** One file of a ConfigMap or Secret. */
export interface ObjectFile {
  readonly name: string;
  readonly field: Field;
  readonly text: string | undefined;
}

/** The files of a ConfigMap or Secret, decoded where they are coded; none for every other kind. */
export function filesOf({ kind, root }: Manifest): ObjectFile[] {
  const read = (part: string, textOf: (field: Field) => string | undefined) =>
    root
      .at(part)
      .entries()
      .map(([name, field]) => ({ name, field, text: textOf(field) }));
  if (kind === "ConfigMap") return [...read("data", plain), ...read("binaryData", decoded)];
  return kind === "Secret" ? [...read("stringData", plain), ...read("data", decoded)] : [];
}

function plain(field: Field): string | undefined {
  return field.text;
}

function decoded(field: Field): string | undefined {
  return field.text === undefined ? undefined : Buffer.from(field.text, "base64").toString("utf8");
}

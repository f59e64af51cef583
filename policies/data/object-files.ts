import type { Field } from "../manifests/field.ts";
import type { Manifest } from "../manifests/manifest.ts";

/** One file of a ConfigMap or Secret. */
export interface ObjectFile {
  readonly name: string;
  readonly field: Field;
  /** Empty where it is not known, or no text. */
  readonly text: string;
}

/** The files of a ConfigMap or Secret, decoded where they are coded; none for every other kind. */
export function filesOf({ kind, root }: Manifest): ObjectFile[] {
  const read = (part: string, textOf: (text: string) => string) =>
    root
      .at(part)
      .entries()
      .map(([name, field]) => ({ name, field, text: textOf(field.text ?? "") }));
  if (kind === "ConfigMap") return [...read("data", plain), ...read("binaryData", decoded)];
  return kind === "Secret" ? [...read("stringData", plain), ...read("data", decoded)] : [];
}

function plain(text: string): string {
  return text;
}

function decoded(text: string): string {
  return Buffer.from(text, "base64").toString("utf8");
}

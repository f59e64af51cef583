import type { Field } from "../manifests/field.ts";
import type { Manifest } from "../manifests/manifest.ts";
import { textOf } from "./rights.ts";

/** Kinds of objects that give a role to somebody. */
export const BINDING_KINDS: readonly string[] = ["RoleBinding", "ClusterRoleBinding"];

/** One to whom a binding gives its role. */
export interface Subject {
  readonly kind: Field;
  readonly field: Field;
  /** Undefined where it is not known yet. */
  readonly name: string | undefined;
}

/** @throws Error where a subject has no name */
export function subjectsOf({ root }: Manifest): Subject[] {
  return root
    .at("subjects")
    .items()
    .map((subject) => {
      const field = subject.at("name");
      return { kind: subject.at("kind"), field, name: field.unknown ? undefined : textOf(field) };
    });
}

import type * as pulumi from "@pulumi/pulumi";

/** What happens to data, and to the keys without which it is lost, when the stack is destroyed. */
export interface Keeping {
  /** Pulumi refuses to delete them until this is false. */
  readonly protect: boolean;
  /** Pulumi forgets them instead of deleting them. */
  readonly retainOnDelete: boolean;
}

/** Options of what holds data. */
export function keep(
  { protect, retainOnDelete }: Keeping,
  opts: pulumi.CustomResourceOptions,
): pulumi.CustomResourceOptions {
  return { ...opts, protect, retainOnDelete };
}

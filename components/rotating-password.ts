import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

/**
 * Which generations of a password there are. A password is replaced in three updates, in none of which anybody is locked
 * out: accept the next one as well; use it; accept it alone.
 */
export interface Rotation {
  /** The generation that is handed out, one of `accept`. */
  readonly use: number;
  /** The generations that are accepted, ascending from 1. */
  readonly accept: readonly number[];
}

export interface RotatingPasswordArgs extends Rotation {
  /** Letters and digits of each password: it stands in URLs, files and shell words. */
  readonly length: number;
}

/** A generated password that can be replaced while it is in use. */
export interface RotatingPassword {
  /** The password to use. A secret. */
  readonly current: pulumi.Output<string>;
  /** All that are accepted, in the order of their generations. A secret. */
  readonly accepted: pulumi.Output<string[]>;
}

/**
 * Makes a password for each accepted generation. They are children of `opts.parent`, and the first has the name that it
 * had when there were no others.
 *
 * @throws RangeError when the generation to use is not accepted
 */
export function createRotatingPassword(
  name: string,
  { use, accept, length }: RotatingPasswordArgs,
  opts: pulumi.CustomResourceOptions,
): RotatingPassword {
  const passwords = accept.map((generation) => {
    const suffix = generation === 1 ? "" : `-${generation}`;
    const args = { length, special: false };
    return new random.RandomPassword(`${name}-password${suffix}`, args, opts).result;
  });
  const current = passwords[accept.indexOf(use)];
  if (current === undefined) {
    throw new RangeError(`${name} uses generation ${use}, which is not accepted: ${accept.join(", ")}`);
  }
  return { current: pulumi.secret(current), accepted: pulumi.secret(pulumi.all(passwords)) };
}

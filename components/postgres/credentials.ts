import * as pulumi from "@pulumi/pulumi";
import { POSTGRES_PORTS } from "../naming.ts";
import { createRotatingPassword, type Rotation } from "../rotating-password.ts";

/** The one database. */
export const DATABASE = "app";

/**
 * The role that owns everything in it. It cannot log in: a role has one password only, so that each generation of the
 * password has a role of its own, which acts as this one.
 */
export const OWNER = "app";

/** Length of the passwords: letters and digits, as they stand in URLs. */
const PASSWORD_LENGTH = 40;

/** The role that logs in with the password of a generation. */
export function loginRole(generation: number): string {
  return `${OWNER}_${generation}`;
}

/** The roles that may log in, and how clients do. */
export interface Credentials {
  /** The password of each accepted role, by its name. A secret. */
  readonly passwords: Readonly<Record<string, pulumi.Output<string>>>;
  /** `postgresql://` URL with user and password of the generation in use. A secret. */
  readonly url: pulumi.Output<string>;
}

/** @param host host name of the server that takes writes */
export function createCredentials(
  name: string,
  rotation: Rotation,
  host: string,
  opts: pulumi.CustomResourceOptions,
): Credentials {
  const { current, accepted } = createRotatingPassword(name, { ...rotation, length: PASSWORD_LENGTH }, opts);
  const passwords = rotation.accept.map((generation, index) => [
    loginRole(generation),
    accepted.apply((all) => all[index] ?? ""),
  ]);
  return {
    passwords: Object.fromEntries(passwords),
    url: pulumi.secret(current.apply((password) => databaseUrl(loginRole(rotation.use), password, host))),
  };
}

/**
 * The URL by which clients connect: encrypted, and as the owning role from the first statement on, so that what one
 * generation makes outlives it.
 */
export function databaseUrl(role: string, password: string, host: string): string {
  const url = new URL(`postgresql://${role}:${password}@${host}:${POSTGRES_PORTS.postgres}/${DATABASE}`);
  // Not by searchParams: PostgreSQL takes a plus for a plus.
  url.search = `sslmode=require&options=${encodeURIComponent(`-c role=${OWNER}`)}`;
  return url.href;
}

import type { Field } from "../manifests/field.ts";
import type { Manifest } from "../manifests/manifest.ts";
import type { Container } from "../manifests/pod-templates.ts";

const IMAGE = /(?:^|\/)(?:postgres|postgresql|postgis|timescaledb|timescaledb-ha|pgvector)(?:[:@][^/]*)?$/;
const PROGRAM = /(?:^|\/)(?:postgres|postmaster)$/;

/** A cluster of the operator CloudNativePG; other operators have the kind as well. */
export function isPostgresCluster({ kind, root }: Manifest): boolean {
  return kind === "Cluster" && (root.at("apiVersion").text ?? "").startsWith("postgresql.cnpg.io/");
}

/** Whether the container's image is one of PostgreSQL's servers. */
export function hasPostgresImage({ field }: Container): boolean {
  return IMAGE.test(field.at("image").text ?? "");
}

/**
 * The arguments with which a container starts a server itself, as one may that is not known yet; undefined where it starts
 * none, or does so by a script in a file.
 */
export function postgresCallOf(container: Container): readonly Field[] | undefined {
  const parts = [...container.field.at("command").items(), ...container.field.at("args").items()];
  if (container.field.unknown || parts.some(({ text }) => PROGRAM.test(text ?? ""))) return parts;
  const [first] = parts;
  return hasPostgresImage(container) &&
    (first === undefined || first.unknown || (first.text ?? "").startsWith("-"))
    ? parts
    : undefined;
}

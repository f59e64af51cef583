import type { Field } from "../manifests/field.ts";
import { parseImageReference } from "../manifests/image-reference.ts";
import type { Manifest } from "../manifests/manifest.ts";
import type { Container } from "../manifests/pod-templates.ts";

const IMAGE = /(?:^|\/)(?:postgres|postgresql|postgis|timescaledb|timescaledb-ha|pgvector)$/;
const PROGRAM = /(?:^|\/)(?:postgres|postmaster)$/;

/** A cluster of the operator CloudNativePG; other operators have the kind as well. */
export function isPostgresCluster({ kind, root }: Manifest): boolean {
  return kind === "Cluster" && (root.at("apiVersion").text ?? "").startsWith("postgresql.cnpg.io/");
}

/** Whether the container's image is one of PostgreSQL's servers. */
export function hasPostgresImage({ field }: Container): boolean {
  const image = parseImageReference(field.at("image").text ?? "");
  return image.type !== "malformed" && IMAGE.test(image.repository);
}

/** The arguments with which a container starts a server itself; undefined where it starts none, or by a script in a file. */
export function postgresCallOf(container: Container): readonly Field[] | undefined {
  const [command, args] = [container.field.at("command").items(), container.field.at("args").items()];
  const parts = [...command, ...args];
  if (parts.some(({ text }) => PROGRAM.test(text ?? ""))) return parts;
  const [first] = args;
  const isEntrypoint = command.length === 0 && hasPostgresImage(container);
  return isEntrypoint && (first === undefined || first.unknown || (first.text ?? "").startsWith("-"))
    ? parts
    : undefined;
}

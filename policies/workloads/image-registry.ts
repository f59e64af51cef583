import { isRegistry } from "./image-grammar.ts";

const DOCKER_HUB = "docker.io";

/** Other names under which Docker Hub answers. */
const DOCKER_HUB_ALIASES: readonly string[] = [
  "index.docker.io",
  "registry-1.docker.io",
  "registry.hub.docker.com",
];

/**
 * The full name of a repository: `nginx` is `docker.io/library/nginx`. The rule by which the first part is a registry is
 * that of the container engines; a registry's name has no case, no dot at its end, and needs no port where it is 443.
 */
export function fullNameOf(repository: string): string {
  const slash = repository.indexOf("/");
  const first = repository.slice(0, Math.max(slash, 0));
  if (!isRegistry(first)) return onDockerHub(repository);
  const registry = first
    .toLowerCase()
    .replace(/\.(?=$|:)/, "")
    .replace(/:443$/, "");
  const path = repository.slice(slash + 1);
  return DOCKER_HUB_ALIASES.includes(registry) || registry === DOCKER_HUB
    ? onDockerHub(path)
    : `${registry}/${path}`;
}

function onDockerHub(path: string): string {
  return `${DOCKER_HUB}/${path.includes("/") ? path : `library/${path}`}`;
}

/** Whether a repository is the named one, or stands below the named registry or path. */
export function isBelow(fullName: string, place: string): boolean {
  return fullName === place || fullName.startsWith(`${place}/`);
}

/** The same repository without its registry's port. */
export function withoutPort(fullName: string): string {
  return fullName.replace(/:\d+(?=\/)/, "");
}

/** Whether the registry is named by its IP address. */
export function isAtAddress(fullName: string): boolean {
  const [registry = ""] = withoutPort(fullName).split("/");
  // Resolvers read numbers of base 16 too.
  return registry.startsWith("[") || /(?:^|\.)(?:\d+|0x[0-9a-f]+)$/.test(registry);
}

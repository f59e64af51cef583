/** A part of a path: small letters and digits, between them one dot, one or two underscores, or dashes. */
const PATH_PART = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/;
/** A name or an address with an optional port. */
const REGISTRY = /^(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(?::\d+)?$/;
const TAG = /^\w[\w.-]{0,127}$/;

/** Why no node could pull an image of this name, or undefined. The grammar is that of github.com/distribution/reference. */
export function grammarProblem(repository: string, tag: string | undefined): string | undefined {
  const [first = "", ...rest] = repository.split("/");
  const hasRegistry = rest.length > 0 && isRegistry(first);
  if (hasRegistry && !REGISTRY.test(first)) return `${JSON.stringify(first)} is no registry`;
  const wrong = (hasRegistry ? rest : [first, ...rest]).find((part) => !PATH_PART.test(part));
  if (wrong !== undefined)
    return `its path holds ${JSON.stringify(wrong)}, and paths have small letters and digits`;
  // Left out it is latest.
  return TAG.test(tag ?? "latest") ? undefined : `${JSON.stringify(tag)} is no tag`;
}

/** The rule of the container engines by which the first part of a name is a registry. */
export function isRegistry(part: string): boolean {
  return /[.:]/.test(part) || part === "localhost" || part !== part.toLowerCase();
}

/** How far an image reference pins its content. */
export type ImagePin =
  | { readonly type: "pinned"; readonly repository: string; readonly digest: string }
  | { readonly type: "unpinned"; readonly repository: string; readonly tag: string | undefined }
  | { readonly type: "malformed"; readonly problem: string };

/** Digest algorithms that registries accept, with the number of hex digits of each. */
const DIGEST_LENGTHS: ReadonlyMap<string, number> = new Map([
  ["sha256", 64],
  ["sha512", 128],
]);

/**
 * Takes an image reference apart: `[registry[:port]/]path[:tag][@algorithm:hex]`. A colon before the last slash
 * belongs to the registry's port. Where both tag and digest are given, the digest decides what is pulled.
 */
export function parseImageReference(reference: string): ImagePin {
  const [name = "", digest, ...rest] = reference.split("@");
  if (rest.length > 0) return malformed("it holds more than one @");
  if (name === "" || /\s/.test(reference)) return malformed("it is empty or holds white space");
  const { repository, tag } = splitTag(name);
  if (repository === "") return malformed("it names no repository");
  if (digest === undefined) return { type: "unpinned", repository, tag };
  const problem = digestProblem(digest);
  return problem === undefined ? { type: "pinned", repository, digest } : malformed(problem);
}

function splitTag(name: string): { repository: string; tag: string | undefined } {
  const colon = name.indexOf(":", name.lastIndexOf("/") + 1);
  return colon < 0
    ? { repository: name, tag: undefined }
    : { repository: name.slice(0, colon), tag: name.slice(colon + 1) };
}

function digestProblem(digest: string): string | undefined {
  const [algorithm = "", hex = "", ...rest] = digest.split(":");
  const length = DIGEST_LENGTHS.get(algorithm);
  if (length === undefined || rest.length > 0) {
    return `its digest ${JSON.stringify(digest)} is not of the form sha256:<hex> or sha512:<hex>`;
  }
  if (hex.length !== length)
    return `its ${algorithm} digest has ${hex.length} characters in place of ${length}`;
  if (!/^[0-9a-f]+$/.test(hex)) return `its ${algorithm} digest holds other characters than 0-9 and a-f`;
  return undefined;
}

function malformed(problem: string): ImagePin {
  return { type: "malformed", problem };
}

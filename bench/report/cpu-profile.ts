/** The parts of a V8 CPU profile that are read. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

const IDLE = "(idle)";

/**
 * Sums up where a bundled program was busy: by file for its own code, by package for others', by module for Node's, by name
 * for what is native.
 *
 * @param bundle text of the bundle, in which the bundler has marked where each file begins
 * @returns microseconds, the largest first
 */
export function busyTimeByPart(profile: CpuProfile, bundle: string): Map<string, number> {
  const fileAt = filesByLine(bundle);
  const partOfNode = new Map(profile.nodes.map(({ id, callFrame }) => [id, partOf(callFrame, fileAt)]));
  const sums = new Map<string, number>();
  for (const [index, id] of profile.samples.entries()) {
    const part = partOfNode.get(id) ?? IDLE;
    if (part !== IDLE) sums.set(part, (sums.get(part) ?? 0) + (profile.timeDeltas[index] ?? 0));
  }
  return new Map([...sums].toSorted(([, one], [, other]) => other - one));
}

/** The file that each line of the bundle comes from. */
function filesByLine(bundle: string): string[] {
  let current = "the bundle";
  return bundle.split("\n").map((line) => {
    current = /^\/\/ ((?:\.\.\/)*[\w@./-]+\.\w+)$/.exec(line)?.[1] ?? current;
    return current;
  });
}

function partOf(
  { functionName, url, lineNumber }: CpuProfile["nodes"][number]["callFrame"],
  fileAt: readonly string[],
): string {
  if (url.startsWith("node:")) return url.replace(/^(node:internal\/[^/]+).*/, "$1");
  if (url === "") return functionName.startsWith("(") ? functionName : `native ${functionName}`;
  const file = fileAt[lineNumber] ?? "the bundle";
  return /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? file;
}

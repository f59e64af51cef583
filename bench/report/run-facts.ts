import { execa } from "execa";

/** The commit that is measured, with a word about changes that it does not have. */
export async function readCommit(): Promise<string> {
  const [head, changes] = await Promise.all([
    execa("git", ["rev-parse", "--short=12", "HEAD"], { reject: false }),
    execa("git", ["status", "--porcelain"], { reject: false }),
  ]);
  if (head.failed) return "unknown";
  return changes.stdout === "" ? head.stdout : `${head.stdout}, with changes that are not committed`;
}

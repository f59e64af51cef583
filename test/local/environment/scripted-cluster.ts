import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { onTestFinished } from "vitest";

/**
 * A program that answers like kubectl, one text for each command that a call may hold (`get nodes`), and fails for every
 * other one.
 *
 * @returns its path
 */
export async function scriptedKubectl(answers: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "scripted-kubectl-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const cases = await Promise.all(
    Object.entries(answers).map(async ([command, answer], index) => {
      const file = path.join(folder, `answer-${index}`);
      await writeFile(file, answer);
      return `  *" ${command} "*) cat "${file}" ;;`;
    }),
  );
  const program = path.join(folder, "kubectl");
  const script = [
    "#!/bin/sh",
    'case " $* " in',
    ...cases,
    '  *) echo "unexpected: $*" >&2; exit 1 ;;',
    "esac",
    "",
  ];
  await writeFile(program, script.join("\n"), { mode: 0o755 });
  return program;
}

import type { Field } from "../manifests/field.ts";

const SHELLS = ["sh", "bash", "ash", "dash"];
/** The option by which a shell takes a script, alone or with others. */
const SCRIPT_OPTION = /^-[a-z]*c[a-z]*$/;
/** What comes last decides how a script ends. */
const SEPARATORS = /;|\n|\|\|?/;
/** Programs that end well whatever they are given. */
const HARMLESS = ["true", ":", "echo", "printf", "sleep"];

/** Whether a command ends well whatever becomes of the process that it should ask about, as far as its words tell. */
export function cannotFail(command: readonly Field[]): boolean {
  const words = command.map((word) => word.text ?? "");
  const script = scriptOf(words);
  if (script === undefined) return endsWell(words);
  const last = script
    .split(SEPARATORS)
    .map((part) => part.trim())
    .findLast((part) => part !== "");
  return last?.split("&&").every((part) => endsWell(part.trim().split(/\s+/))) === true;
}

function endsWell([program = "", argument]: readonly string[]): boolean {
  return HARMLESS.includes(nameOf(program)) || (program === "exit" && argument === "0");
}

/** What a shell is given to run; undefined where no shell is asked. */
function scriptOf(words: readonly string[]): string | undefined {
  const shell = words.findIndex((word) => SHELLS.includes(nameOf(word)));
  if (shell < 0) return undefined;
  const rest = words.slice(shell + 1);
  const option = rest.findIndex((word) => SCRIPT_OPTION.test(word));
  return option < 0 ? undefined : rest[option + 1];
}

function nameOf(program: string): string {
  return program.slice(program.lastIndexOf("/") + 1);
}

import type { Command } from "commander";

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/** What may follow each command: the path of names that leads to it, and the next words. */
export type CompletionTree = ReadonlyMap<string, readonly string[]>;

/** Every command of a program, by its path: `` (the program itself), `breakers`, `breakers list`. */
export function completionTree(program: Command): CompletionTree {
  const shared = longOptions(program);
  const entries: [string, readonly string[]][] = [];
  const visit = (command: Command, path: string): void => {
    const names = command.commands.map((child) => child.name());
    const choices = command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []);
    const own = command === program ? [] : longOptions(command);
    entries.push([path, [...names, ...choices, ...own, ...shared, "--help"]]);
    for (const child of command.commands)
      visit(child, path === "" ? child.name() : `${path} ${child.name()}`);
  };
  visit(program, "");
  return new Map(entries);
}

function longOptions({ options }: Command): string[] {
  return options.flatMap(({ long, hidden }) => (long && !hidden ? [long] : []));
}

/** The script for a shell. Names and options hold letters and dashes only, so nothing needs quoting. */
export function renderCompletion(shell: Shell, tree: CompletionTree): string {
  switch (shell) {
    case "bash":
      return renderBash(tree);
    case "zsh":
      return renderZsh(tree);
    case "fish":
      return renderFish(tree);
  }
}

function renderBash(tree: CompletionTree): string {
  return `_agentctl() {
  local current="\${COMP_WORDS[COMP_CWORD]}" path="" word candidates=""
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "\${path:+$path }$word" in
      ${pathPattern(tree)}) path="\${path:+$path }$word" ;;
    esac
  done
  case "$path" in
${cases(tree, "    ")}
  esac
  COMPREPLY=($(compgen -W "$candidates" -- "$current"))
}
complete -o default -F _agentctl agentctl
`;
}

function renderZsh(tree: CompletionTree): string {
  return `#compdef agentctl
_agentctl() {
  local path_so_far="" word candidates=""
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "\${path_so_far:+$path_so_far }$word" in
      ${pathPattern(tree)}) path_so_far="\${path_so_far:+$path_so_far }$word" ;;
    esac
  done
  case "$path_so_far" in
${cases(tree, "    ")}
  esac
  compadd -- \${=candidates} || _files
}
if [ "\${funcstack[1]}" = "_agentctl" ]; then _agentctl "$@"; else compdef _agentctl agentctl; fi
`;
}

/** As one alternative of a \`case\`: every path but that of the program itself. */
function pathPattern(tree: CompletionTree): string {
  return [...tree.keys()]
    .filter((path) => path !== "")
    .map((path) => `"${path}"`)
    .join("|");
}

function cases(tree: CompletionTree, indent: string): string {
  return [...tree]
    .map(([path, words]) => `${indent}"${path}") candidates="${words.join(" ")}" ;;`)
    .join("\n");
}

function renderFish(tree: CompletionTree): string {
  const paths = [...tree.keys()].filter((path) => path !== "").map((path) => `"${path}"`);
  const lines = [...tree].map(
    ([path, words]) =>
      `complete -c agentctl -f -n 'test (__agentctl_path) = "${path}"' -a "${words.join(" ")}"`,
  );
  return `function __agentctl_path
    set -l path ""
    for word in (commandline -opc)[2..-1]
        set -l longer (string trim -- "$path $word")
        if contains -- "$longer" ${paths.join(" ")}
            set path $longer
        end
    end
    echo "$path"
end
${lines.join("\n")}
`;
}

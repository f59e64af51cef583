import { Argument, type Command } from "commander";
import { examples } from "../format.ts";
import { completionTree, renderCompletion, SHELLS, type Shell } from "../shell-completion.ts";

/** Prints what makes a shell complete the commands. */
export function addCompletionCommand(program: Command, write: (text: string) => void): void {
  program
    .command("completion")
    .description("Prints a script that makes a shell complete the commands of agentctl.")
    .addArgument(new Argument("<shell>", "which shell").choices(SHELLS))
    .addHelpText(
      "after",
      examples(
        "source <(agentctl completion bash)",
        'agentctl completion zsh > "$' + '{fpath[1]}/_agentctl"',
        "agentctl completion fish > ~/.config/fish/completions/agentctl.fish",
      ),
    )
    .action((shell: Shell) => write(renderCompletion(shell, completionTree(program))));
}

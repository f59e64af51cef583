import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { agentctl } from "./agentctl-under-test.ts";

async function scriptFor(shell: string): Promise<string> {
  const { code, out } = await agentctl({}, ["completion", shell]);
  expect(code).toBe(0);
  return out;
}

/** What bash would offer after these words. */
async function completed(...words: string[]): Promise<string[]> {
  const script = `${await scriptFor("bash")}
COMP_WORDS=("$@")
COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
_agentctl
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const output = execFileSync("bash", ["-c", script, "bash", "agentctl", ...words], { encoding: "utf8" });
  return output.trim().split("\n");
}

describe("completion", () => {
  it.each(["bash", "zsh"])("for %s is a script that parses", async (shell) => {
    const script = await scriptFor(shell);
    execFileSync("bash", ["-n"], { input: script });
    expect(script).toContain('"kill-switch on") candidates="--scope --reason --yes ');
  });

  it("for fish has a line for each command, its blocks and quotes closed", async () => {
    const script = await scriptFor("fish");
    expect(script).toContain(
      `complete -c agentctl -f -n 'test (__agentctl_path) = "breakers"' -a "list reset --url --key-file --json --help"`,
    );
    const opened = script.match(/^\s*(function|for|if)\b/gm) ?? [];
    expect(script.match(/^\s*end$/gm)).toHaveLength(opened.length);
    for (const line of script.split("\n")) expect((line.match(/"/g) ?? []).length % 2).toBe(0);
  });

  it.each([
    [["bre"], ["breakers"]],
    [
      ["breakers", ""],
      ["list", "reset", "--url", "--key-file", "--json", "--help"],
    ],
    [["breakers", "reset", "--a"], ["--all"]],
    [["--json", "kill-switch", "on", "--s"], ["--scope"]],
    [["kill-switch", "on", "--scope", "fleet", "--rea"], ["--reason"]],
    [["completion", "z"], ["zsh"]],
  ])("of %j in bash offers %j", async (words, offered) => {
    expect(await completed(...words)).toEqual(offered);
  });

  it("refuses a shell that it does not know, with those that it does", async () => {
    const { code, err } = await agentctl({}, ["completion", "tcsh"]);
    expect([code, err]).toEqual([2, expect.stringContaining("Allowed choices are bash, zsh, fish")]);
  });
});

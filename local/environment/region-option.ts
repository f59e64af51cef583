/** A command line without `--region`, and what that said. */
export interface RegionOption {
  readonly region: string | undefined;
  readonly args: readonly string[];
}

const OPTION = "--region";

/** Takes `--region <name>` or `--region=<name>` out of arguments of another program, wherever it stands. The last one wins. */
export function takeRegion(argv: readonly string[]): RegionOption {
  let region: string | undefined;
  const args: string[] = [];
  for (let index = 0; index < argv.length; index += 1) {
    const word = argv[index] ?? "";
    if (word.startsWith(`${OPTION}=`)) {
      region = word.slice(OPTION.length + 1);
    } else if (word === OPTION) {
      index += 1;
      region = argv[index] ?? "";
    } else {
      args.push(word);
    }
  }
  return { region, args };
}

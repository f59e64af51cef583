/** What `agentctl` takes from its environment. A key stands in no argument: those are seen by every user of a machine. */
export interface CliEnv {
  /** `AGENTCTL_URL`: one ops URL, or several separated by commas. */
  readonly urls: readonly string[];
  /** `AGENTCTL_KEY`. */
  readonly key?: string;
  /** False with `NO_COLOR`. */
  readonly mayColour: boolean;
}

/** Reads the environment. The only place of `agentctl` that does. */
export function readCliEnv(source: NodeJS.ProcessEnv = process.env): CliEnv {
  const { AGENTCTL_URL: url = "", AGENTCTL_KEY: key = "", NO_COLOR: noColour = "" } = source;
  return {
    urls: splitUrls(url),
    ...(key === "" ? {} : { key }),
    mayColour: noColour === "",
  };
}

const splitUrls = (urls: string) =>
  urls
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "");

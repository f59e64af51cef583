import path from "node:path";

/** What npm and a code host's workflow say of the place that a command runs in. */
export type Surroundings = NodeJS.ProcessEnv;

/** A path as whoever typed it means it: npm runs every command in the repository's root, wherever it was called. */
export function fromCaller(file: string, { INIT_CWD }: Surroundings): string {
  return path.resolve(INIT_CWD ?? "", file);
}

/** The page about every policy in the repository that a GitHub workflow runs for; undefined elsewhere. */
export function documentationPage({
  GITHUB_SERVER_URL: host,
  GITHUB_REPOSITORY: repository,
}: Surroundings): string | undefined {
  return host && repository ? `${host}/${repository}/blob/HEAD/policies/README.md` : undefined;
}

/** What to say where npm has put lines of its own before what a program is to read; undefined where it has not. */
export function bannerWarning(env: Surroundings): string | undefined {
  if (env["npm_lifecycle_event"] === undefined || env["npm_config_loglevel"] === "silent") return undefined;
  return "npm has written lines of its own to standard output before this; `npm run --silent` leaves them out.";
}

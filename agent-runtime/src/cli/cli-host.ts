import { createInterface } from "node:readline";
import { type CliEnv, readCliEnv } from "./cli-env.ts";

/** Where the ops servers are, and the key for them. */
export interface Connection {
  readonly targets: readonly Target[];
  readonly key: string;
}

export interface Target {
  /** Where it is, or what opens the way to it once it is asked something. */
  readonly url: string | (() => Promise<string>);
  readonly name: string;
}

/** The world around one run of `agentctl`. */
export interface CliHost {
  /** How it was called, for help texts. */
  readonly programName: string;
  /** Lines below the general help, on what this host adds. */
  readonly helpNote?: string;
  readonly env: CliEnv;
  /** Whether a person can be asked. */
  readonly isInteractive: boolean;
  readonly hasColours: boolean;
  write(text: string): void;
  writeError(text: string): void;
  ask(question: string): Promise<string>;
  /**
   * Where to go when neither arguments nor environment say so: one server, or every region's. The default is the ops
   * port of this machine with the key of the environment.
   */
  connect?(reach: "one" | "every"): Promise<Connection>;
}

/** The terminal, or the pipe, that this process runs in. */
export function processHost(): CliHost {
  const env = readCliEnv();
  const { stdin, stdout, stderr } = process;
  for (const stream of [stdout, stderr]) stream.on("error", ignoreBrokenPipe);
  return {
    programName: "agentctl",
    env,
    isInteractive: stdin.isTTY === true && stderr.isTTY === true,
    hasColours: env.mayColour && stdout.isTTY === true,
    write: (text) => void stdout.write(text),
    writeError: (text) => void stderr.write(text),
    ask: askOnTerminal,
  };
}

/** No answer, by Ctrl-C or the end of the input, is an empty one. */
function askOnTerminal(question: string): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  // What is printed may be piped into another program; a question is for the person.
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  prompt.once("close", () => resolve(""));
  prompt.question(question, resolve);
  return promise.finally(() => prompt.close());
}

/** Whoever reads may have seen enough, as `head` does. */
function ignoreBrokenPipe(fault: NodeJS.ErrnoException): void {
  if (fault.code !== "EPIPE") throw fault;
}

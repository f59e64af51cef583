/**
 * The program of the image: without arguments it serves; `agentctl …` is the command line of operators, which has no need
 * of what serving needs.
 */
const [, , command, ...args] = process.argv;

if (command === "agentctl") {
  const { runAgentctl } = await import("./cli/agentctl.ts");
  process.exitCode = await runAgentctl(args);
} else {
  const { serve } = await import("./serve.ts");
  await serve();
}

export {};

import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { runAgentctl } from "../../../agent-runtime/src/cli/agentctl.ts";
import type { CliHost } from "../../../agent-runtime/src/cli/cli-host.ts";
import { buildOpsServer } from "../../../agent-runtime/src/ops/ops-server.ts";
import type { OpsDeps } from "../../../agent-runtime/src/ops/ports.ts";
import { fakeOps, KEYS } from "../ops/ops-under-test.ts";

/** A real ops server on a loopback port of its own, gone after the test. */
export async function startOps(overrides: Partial<OpsDeps> = {}) {
  const ops = fakeOps(overrides);
  const app = buildOpsServer(ops.deps);
  onTestFinished(() => app.close());
  await app.listen({ host: "127.0.0.1", port: 0 });
  const { port } = app.server.address() as AddressInfo;
  return { ...ops, url: `http://127.0.0.1:${port}` };
}

interface Answers {
  /** Given to each question; absent: nobody can be asked. */
  readonly answer?: string;
  readonly hasColours?: boolean;
  readonly connect?: CliHost["connect"];
}

/** Runs a command as a shell would, and keeps what it printed. */
export async function agentctl(
  env: Partial<CliHost["env"]>,
  args: readonly string[],
  { answer, hasColours = false, connect }: Answers = {},
) {
  const printed = { out: "", err: "" };
  const questions: string[] = [];
  const code = await runAgentctl(args, {
    programName: "agentctl",
    env: { urls: [], key: KEYS.admin, mayColour: hasColours, ...env },
    isInteractive: answer !== undefined,
    hasColours,
    write: (text) => {
      printed.out += text;
    },
    writeError: (text) => {
      printed.err += text;
    },
    ask: async (question) => {
      questions.push(question);
      return answer ?? "";
    },
    ...(connect === undefined ? {} : { connect }),
  });
  return { code, ...printed, questions };
}

/** A loopback URL at which nobody listens: port 1 needs root to listen on. */
export const NOBODY = "http://127.0.0.1:1";

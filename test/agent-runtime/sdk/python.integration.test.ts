import { mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { execa } from "execa";
import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { loadModels } from "../../../agent-runtime/src/gateway/models.ts";
import { startSimulatedClaude } from "../../../agent-runtime/src/gateway/simulated-claude.ts";
import { obtainPythonClients, PYTHON_TESTS_FOLDER } from "../../setup/python-clients.ts";
import { GATEWAY_KEY, startGateway } from "../running-gateway.ts";
import { startControlledUpstream } from "./controlled-upstream.ts";

const python = await obtainPythonClients((text) => console.log(text));

/** Settings of the machine that could change what a client or pytest does. */
const FOREIGN_SETTING = /^(ANTHROPIC_|PYTEST_|PYTHON)|^(https?|all|no)_proxy$/i;

/** Less than a hook may take, so that what was found until then is shown. */
const RUN_LIMIT_MS = 150_000;

/** Runs pytest so that nothing of the machine changes it and nothing is left behind in the repository. */
const pytest = (args: string[], env: Record<string, string> = {}) =>
  execa(
    python,
    ["-B", "-m", "pytest", "-p", "no:cacheprovider", "-c", "/dev/null", "--rootdir", ".", ...args],
    {
      cwd: PYTHON_TESTS_FOLDER,
      env: {
        ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !FOREIGN_SETTING.test(name))),
        ...env,
      },
      extendEnv: false,
      reject: false,
      timeout: RUN_LIMIT_MS,
      stdin: "ignore",
    },
  );

/** Tests by file, as pytest names them: `test_errors.py::test_a_wrong_key_is_…`. */
async function collectTests(): Promise<ReadonlyMap<string, readonly string[]>> {
  const { stdout, failed, stderr } = await pytest(["--collect-only", "-q"]);
  if (failed) throw new Error(`pytest found no tests:\n${stdout}\n${stderr}`);
  const ids = stdout.split("\n").filter((line) => line.includes("::"));
  return Map.groupBy(ids, (id) => id.split("::", 1)[0] ?? "");
}

/** `test_waits_as_long_as_it_is_told_by[retry-after-1]` as words. */
function sentenceOf(id: string): string {
  const [, name = id, parameters] = /::test_(\w+)(\[.*\])?$/.exec(id) ?? [];
  return [name.replaceAll("_", " "), ...(parameters === undefined ? [] : [parameters])].join(" ");
}

const outcomeSchema = z.object({ test: z.string(), fault: z.string() });

const tests = await collectTests();

/** What went wrong with each test that ran; nothing if it passed. */
const faults = new Map<string, string>();

beforeAll(async () => {
  const claude = await startSimulatedClaude(loadModels());
  const gateway = await startGateway(claude.baseUrl);
  const upstream = await startControlledUpstream();
  const controlled = await startGateway(upstream.url);
  const folder = await mkdtemp(path.join(os.tmpdir(), "claude-agents-python-"));
  const file = path.join(folder, "outcomes.jsonl");
  try {
    const run = await pytest(["-q", "--outcomes", file], {
      GATEWAY_URL: gateway.url,
      CONTROLLED_GATEWAY_URL: controlled.url,
      CONTROLLED_UPSTREAM_URL: upstream.url,
      GATEWAY_KEY,
    });
    const lines = (await readFile(file, "utf8").catch(() => "")).split("\n").filter((line) => line !== "");
    if (lines.length === 0) throw new Error(`pytest ran no tests:\n${run.stdout}\n${run.stderr}`);
    for (const { test, fault } of lines.map((line) => outcomeSchema.parse(JSON.parse(line)))) {
      faults.set(test, (faults.get(test) ?? "") + fault);
    }
  } finally {
    await rm(folder, { recursive: true });
    for (const server of [gateway, controlled, upstream, claude]) await server.close();
  }
});

describe("the Python SDK", () => {
  for (const [file, ids] of tests) {
    describe(file, () => {
      it.each(ids.map((id) => [sentenceOf(id), id] as const))("%s", (_sentence, id) => {
        const fault = faults.get(id) ?? "pytest did not come to it";
        if (fault !== "") expect.fail(fault);
      });
    });
  }
});

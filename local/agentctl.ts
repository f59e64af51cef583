import { runAgentctl } from "../agent-runtime/src/cli/agentctl.ts";
import { processHost } from "../agent-runtime/src/cli/cli-host.ts";
import { openInstance } from "./environment/instance.ts";
import { readGatewayKey } from "./environment/local-stack.ts";
import { openOpsAccess } from "./environment/ops-access.ts";
import { requireRecord } from "./environment/record.ts";
import { takeRegion } from "./environment/region-option.ts";

const HELP_NOTE = `Speaks to the embedded environment with the key that up has minted: to its primary region, for kill switches and keys to all.
--region <name> chooses one.
`;

const EXIT_INTERRUPTED = 130;

const interrupt = new AbortController();
const { region, args } = takeRegion(process.argv.slice(2));
const instance = openInstance();
const access = openOpsAccess({
  readEnvironment: () => requireRecord(instance),
  readKey: (environment) => readGatewayKey(instance, environment),
  region,
  signal: interrupt.signal,
});
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(name, () => {
    interrupt.abort(new Error("interrupted"));
    void access.close().finally(() => process.exit(EXIT_INTERRUPTED));
  });
}
try {
  process.exitCode = await runAgentctl(args, {
    ...processHost(),
    programName: "npm run agentctl --",
    helpNote: HELP_NOTE,
    connect: access.connect,
  });
} finally {
  await access.close();
}

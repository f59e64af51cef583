import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { onTestFinished } from "vitest";
import { type Instance, openInstance } from "../../../local/environment/instance.ts";

const REGIONS = `config:
  claude-agents:regions:
    - { name: region-a, context: region-a }
    - { name: region-b, context: region-b }
  claude-agents:failover: { primary: region-a }
`;

/** An instance of a clone with two regions, neither of which has anything else; gone after the test. */
export async function temporaryInstance(): Promise<Instance> {
  const root = await mkdtemp(path.join(os.tmpdir(), "instance-"));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  await writeFile(path.join(root, "Pulumi.local.yaml"), REGIONS);
  const instance = openInstance({
    CLAUDE_AGENTS_INSTANCE: "test",
    CLAUDE_AGENTS_STATE_DIR: path.join(root, "state"),
    CLAUDE_AGENTS_PORT: "8999",
  });
  return { ...instance, cloneDir: root };
}

import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { openOpsAccess } from "../../../local/environment/ops-access.ts";
import type { EnvironmentRecord } from "../../../local/environment/record.ts";
import { openSandbox } from "../toolchain/sandbox.ts";

interface Setting {
  /** Absent: pods are real. */
  readonly addresses?: readonly string[];
  readonly region?: string;
  /** Program that stands in for kubectl; it is told its context. */
  readonly kubectl?: string;
}

/** Forwards region-a; region-b has no coordinator. Runs until it is ended. */
const KUBECTL = `#!${process.execPath}
const context = process.argv[process.argv.indexOf("--context") + 1];
if (context === "region-b") {
  process.stderr.write('Error from server (NotFound): deployments.apps "claude-agent-coordinator" not found');
  process.exit(1);
}
require("node:fs").writeFileSync(__dirname + "/pid", String(process.pid));
process.stdout.write("something else\\n");
process.stdout.write("Forwarding from 127.0.0.1:40123 -> 3333\\n");
setInterval(() => {}, 1000);
`;

async function openSetting({ addresses, region, kubectl = "kubectl" }: Setting) {
  const environment: EnvironmentRecord = {
    nodes: addresses === undefined ? "real" : "simulated",
    gateway: false,
    regions: ["region-a", "region-b"].map((name, index) => ({
      name,
      role: index === 0 ? "primary" : "standby",
      context: name,
      kubeconfig: "/nowhere/kubeconfig",
      endpoints: [],
      ...(addresses === undefined ? {} : { address: addresses[index] }),
    })),
    frontDoorPort: 1,
    upstream: "simulated",
    tools: { pulumi: "pulumi", kubectl },
  };
  const access = openOpsAccess({
    readEnvironment: async () => environment,
    readKey: async () => "the-key",
    region,
    signal: new AbortController().signal,
  });
  onTestFinished(() => access.close());
  return access;
}

async function withKubectl(): Promise<string> {
  return await (await openSandbox()).addProgram("kubectl", KUBECTL);
}

describe("processes that stand in for pods", () => {
  const addresses = ["127.77.0.1", "127.77.0.2"];
  const [a, b] = [
    { name: "region-a", url: "http://127.77.0.1:3333" },
    { name: "region-b", url: "http://127.77.0.2:3333" },
  ];

  test.each([
    ["the primary by default", "one", undefined, [a]],
    ["all where a command is for all", "every", undefined, [a, b]],
    ["the one that is chosen", "one", "region-b", [b]],
    ["the one that is chosen, also for all", "every", "region-b", [b]],
  ] as const)("are reached at their region's address: %s", async (_, reach, region, targets) => {
    const access = await openSetting({ addresses, ...(region === undefined ? {} : { region }) });
    expect(await access.connect(reach)).toEqual({ targets, key: "the-key" });
  });

  test("cannot be reached in a region that there is not", async () => {
    const access = await openSetting({ addresses, region: "region-c" });
    await expect(access.connect("one")).rejects.toMatchObject({
      exitCode: 2,
      message: 'There is no region "region-c" here; allowed are region-a, region-b.',
    });
  });
});

describe("real pods", () => {
  test("are reached through a port that is forwarded once it is used, and closed at the end", async () => {
    const kubectl = await withKubectl();
    const access = await openSetting({ kubectl });
    const [target] = (await access.connect("one")).targets;
    if (typeof target?.url !== "function") throw new Error("the way is open already");
    expect(await target.url()).toBe("http://127.0.0.1:40123");
    const pid = Number(readFileSync(path.join(path.dirname(kubectl), "pid"), "utf8"));
    await access.close();
    await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow("ESRCH"));
  });

  test("that are away keep no other region from being reached, and it is said why", async () => {
    const access = await openSetting({ kubectl: await withKubectl() });
    const { targets } = await access.connect("every");
    const ways = await Promise.allSettled(
      targets.map(({ url }) => (typeof url === "function" ? url() : url)),
    );
    expect(ways).toMatchObject([
      { status: "fulfilled", value: "http://127.0.0.1:40123" },
      {
        status: "rejected",
        reason: { message: expect.stringContaining('"claude-agent-coordinator" not found') },
      },
    ]);
  });
});

test("without an environment nothing can be reached, and it is said how to get one", async () => {
  const access = openOpsAccess({
    readEnvironment: () => Promise.reject(new Error("Bring one up with: npm run up")),
    readKey: () => Promise.reject(new Error("unused")),
    region: undefined,
    signal: new AbortController().signal,
  });
  await expect(access.connect("one")).rejects.toMatchObject({
    exitCode: 3,
    message: "Bring one up with: npm run up",
  });
});

import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NAMESPACE } from "../../agent-runtime/src/contract.ts";
import { MEMORY_BYTES } from "../../local/environment/check-machine.ts";
import { powerOff } from "../../local/region/real/machine.ts";
import { DrillEnvironment, until } from "../drills/drill-environment.ts";
import { loadOn } from "../drills/drill-load.ts";
import { composeOtherImage } from "../drills/other-image.ts";
import { killContainer, readyPods } from "../drills/pod-faults.ts";
import { blockOf, differences, type HostState, snapshotHost } from "../local/region/real/host-state.ts";
import { openShell, runBlocks } from "../runbooks/run-blocks.ts";
import { readRunbooks } from "../runbooks/runbook.ts";
import { type CommandResult, createTestEnvironment, type TestEnvironment } from "./environment.ts";

const OPTIONS = ["--json", "--nodes", "real", "--no-gateway"];

let before: HostState;
let environment: TestEnvironment;
let firstUp: CommandResult;
let drills: DrillEnvironment;

beforeAll(async () => {
  before = await snapshotHost();
  environment = await createTestEnvironment();
  firstUp = await environment.command("up", ...OPTIONS);
  if (firstUp.exitCode !== 0) throw new Error(`npm run up failed:\n${firstUp.stdout}\n${firstUp.stderr}`);
  drills = await DrillEnvironment.open({ env: environment.env, gateway: firstUp.json.gateway });
});

afterAll(async () => {
  await environment.command("down");
  environment.remove();
});

describe("npm run up with real nodes", () => {
  it("brings up two regions whose pods have addresses and are ready, and says what is simulated", async () => {
    expect(firstUp.json.nodes).toBe("real");
    for (const { workloads } of firstUp.json.regions) {
      expect(workloads).toEqual(
        expect.arrayContaining([
          { kind: "Deployment", name: "claude-agent-coordinator", ready: 2, wanted: 2 },
          { kind: "StatefulSet", name: "claude-agent-valkey", ready: 3, wanted: 3 },
          { kind: "Deployment", name: "coredns", ready: 1, wanted: 1 },
          { kind: "Deployment", name: "metrics-server", ready: 1, wanted: 1 },
        ]),
      );
    }
    const [pod] = await readyPods(drills.primary, "coordinator", 2);
    expect(pod?.address).toMatch(/^10\.\d+\.\d+\.\d+$/);
    expect(firstUp.json.simulated).toEqual(
      expect.arrayContaining(["Claude", expect.stringMatching(/^network policies: stored, not enforced/)]),
    );
  });

  it("runs the coordinator as the image's user, with a root file system that nobody can change", async () => {
    const run = (script: string) =>
      drills.primary.kubectl.run(
        ["exec", "deployment/claude-agent-coordinator", "--", "node", "-e", script],
        {
          namespace: NAMESPACE,
        },
      );
    expect(await run("console.log(process.getuid())")).toBe("10001");
    await expect(run("require('fs').writeFileSync('/app/x', '')")).rejects.toThrow(/read-only file system/);
  });

  it("shows JSON logs of the coordinators' containers and of the machines' programs", async () => {
    const { stdout } = await environment.command("logs", "region-a", "--no-follow", "--lines", "3");
    for (const line of stdout.split("\n"))
      expect(JSON.parse(line)).toMatchObject({ service: "claude-agent" });
    const kubelet = await environment.command("logs", "region-b", "kubelet-1", "--no-follow", "--lines", "1");
    expect(kubelet.stdout).not.toBe("");
  });

  it("measures what it uses: no more memory than the check of the machine asks for", async () => {
    const { exitCode, json } = await environment.command("status", "--json");
    expect(exitCode).toBe(0);
    expect(json.usage.memoryBytes).toBeLessThan(MEMORY_BYTES.real);
    expect(json.regions[0].usage.cpuPercent).toBeGreaterThan(0);
  });

  it("answers every command of the runbooks that only looks", async () => {
    const shell = await openShell(drills, environment.env);
    const { ran, failed } = await runBlocks(await readRunbooks(), shell, { onlyLooking: true });
    expect(failed).toEqual([]);
    expect(ran).toBeGreaterThan(10);
  });

  it("refuses a privileged pod", async () => {
    const privileged = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "privileged", namespace: NAMESPACE },
      spec: { containers: [{ name: "intruder", image: "pause", securityContext: { privileged: true } }] },
    };
    await expect(drills.primary.kubectl.apply([privileged])).rejects.toThrow(
      /violates PodSecurity "restricted/,
    );
  });
});

describe("under load", () => {
  it("loses no JSON request and cuts no stream silently when a coordinator is killed", async () => {
    const load = loadOn(drills);
    await sleep(3000);
    const [pod] = await readyPods(drills.primary, "coordinator", 2);
    if (pod === undefined) throw new Error("There is no coordinator pod.");
    await killContainer(drills.primary, pod, "coordinator");
    await sleep(5000);
    await readyPods(drills.primary, "coordinator", 2);
    const { json, streams, errors } = await load.stop();
    expect({ failed: json.failed, errors }).toMatchObject({ failed: 0 });
    expect(streams.truncated + streams.brokenOff).toBe(0);
    expect(json.ok).toBeGreaterThan(100);
  });

  it("fails no request and cuts no stream while a new image and a changed configuration are deployed", async () => {
    const image = await composeOtherImage(drills);
    const load = loadOn(drills);
    const { result } = await drills.deploy({ image, coordinator: { logLevel: "debug" } });
    await sleep(2000);
    const { json, streams, errors } = await load.stop();
    expect(result.changes.updated).toBeGreaterThan(0);
    expect({ failed: json.failed, errors }).toMatchObject({ failed: 0 });
    expect({ lost: streams.started - streams.complete - streams.unfinished, errors }).toMatchObject({
      lost: 0,
    });
  });
});

describe("when the primary region is switched off", () => {
  it("is served by the standby within 20 s", async () => {
    const { controlPlane, workers } = drills.primary.layout;
    await Promise.all([controlPlane, ...workers].map(powerOff));
    const active = async () => (await drills.frontDoor())?.active;
    await until("the standby serves", active, (name) => name === drills.standby.name, 20_000);
    const { exitCode, json } = await environment.command("status", "--json");
    expect(exitCode).toBe(1);
    expect(json.regions[0].state).toBe("partial");
  });

  it("is repaired by the next up, with the data of its volumes, and serves again", async () => {
    const { exitCode, json, stderr } = await environment.command("up", ...OPTIONS);
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    expect(json.gateway).toEqual(firstUp.json.gateway);
    const active = async () => (await drills.frontDoor())?.active;
    await until("the primary serves", active, (name) => name === drills.primary.name, 60_000);
  });
});

describe("npm run down", () => {
  it("leaves the host as it was: no process, network, mount, control group or file", async () => {
    const instance = environment.env["CLAUDE_AGENTS_INSTANCE"] ?? "";
    const block = blockOf(drills.primary.layout.controlPlane.address);
    const { exitCode } = await environment.command("down");
    expect(exitCode).toBe(0);
    expect(existsSync(environment.stateDir)).toBe(false);
    const processes = await execa("ps", ["-eo", "args"]);
    expect(processes.stdout.split("\n").filter((line) => line.includes(environment.folder))).toEqual([]);
    const left = async () => differences(before, await snapshotHost(), { instance, block });
    await expect.poll(left, { timeout: 10_000 }).toEqual([]);
  });
});

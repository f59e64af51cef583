import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { Authority } from "../../../../local/region/real/authority.ts";
import { setLink } from "../../../../local/region/real/host-network.ts";
import { realNodesHindrance } from "../../../../local/region/real/host-support.ts";
import {
  isOn,
  type Machine,
  machineParts,
  powerOff,
  powerOn,
  runOn,
  runsAsPlanned,
} from "../../../../local/region/real/machine.ts";
import { workerPlan } from "../../../../local/region/real/worker-plan.ts";
import { differences, snapshotHost } from "./host-state.ts";
import {
  greeter,
  greetingOf,
  type PlanParts,
  planFor,
  prepareTestMachines,
  type TestMachines,
} from "./test-machines.ts";

const PORT = 4000;
/** Machines start a Node each, on a host that is busy with other tests. */
const WAIT = { timeout: 20_000, interval: 50 };

describe.skipIf((await realNodesHindrance()) !== undefined)("a machine", () => {
  let machines: TestMachines;
  let machine: Machine;
  beforeAll(async () => {
    machines = await prepareTestMachines();
    machine = machines.machine(1);
  });
  afterAll(() => machines.remove());

  /** Switches a machine on for one test. */
  async function switchOn(parts: PlanParts, which = machine) {
    onTestFinished(() => powerOff(which));
    const plan = planFor(machines, which, parts);
    await powerOn(which, plan);
    return plan;
  }

  const greeting = () => greetingOf(machine.address, PORT);
  const machineLog = () => readFile(path.join(machine.folder, "log", "machine.log"), "utf8").catch(() => "");

  it("is reached by the host at an address of its own", async () => {
    await switchOn({ services: [greeter("greeter", PORT)] });

    await expect.poll(greeting, WAIT).toBe("greeter 1");
    expect(await greetingOf("127.0.0.1", PORT)).toBeUndefined();
  });

  it("has processes, mounts and a name of its own, and an init that collects orphans", async () => {
    await switchOn({});

    const shell = (script: string) => runOn(machine, ["sh", "-c", script]);
    expect(await shell("cat /proc/1/comm")).toBe("catatonit");
    await expect.poll(() => shell("hostname"), WAIT).toBe("machine-1");
    await shell("setsid sleep 600 > /dev/null 2>&1 & mount -t tmpfs tmpfs /mnt");
    expect(await readFile("/proc/self/mountinfo", "utf8")).not.toContain(" /mnt ");
    await expect.poll(() => shell("ps -eo ppid=,args= | grep -c '^ *1 sleep 600$'"), WAIT).toBe("1");
  });

  it("reaches its neighbour until one of them is cut off, and again after", async () => {
    const neighbour = machines.machine(2);
    await switchOn({ services: [greeter("neighbour", PORT)] }, neighbour);
    await switchOn({});
    await expect.poll(() => greetingOf(neighbour.address, PORT), WAIT).toBe("neighbour 1");
    const ask = () => {
      const script = 'require("node:net").connect(process.argv[1], process.argv[2]).pipe(process.stdout)';
      const command = [process.execPath, "-e", script, String(PORT), neighbour.address] as const;
      return runOn(machine, command, AbortSignal.timeout(5000)).catch(() => "nobody");
    };
    await expect.poll(ask, WAIT).toBe("neighbour 1");

    await setLink(neighbour.block, neighbour.address, "down");
    expect(await ask()).toBe("nobody");

    await setLink(neighbour.block, neighbour.address, "up");
    await expect.poll(ask, WAIT).toBe("neighbour 1");
  });

  it("starts a program that was killed again, about a second later", async () => {
    await switchOn({ services: [greeter("greeter", PORT)] });
    await expect.poll(greeting, WAIT).toBe("greeter 1");

    await runOn(machine, ["pkill", "-KILL", "-f", "createServer"]);
    const killed = performance.now();
    await expect.poll(greeting, WAIT).toBe("greeter 2");
    expect(performance.now() - killed).toBeGreaterThan(900);
    expect(await machineLog()).toContain("greeter ended (SIGKILL)");
  });

  it("stays on when a program cannot be started, and says so", async () => {
    await switchOn({
      services: [{ name: "ghost", command: ["/nonexistent/ghost"] }, greeter("greeter", PORT)],
    });

    await expect
      .poll(machineLog, WAIT)
      .toMatch(/ghost cannot be started: .*ENOENT[\s\S]*ghost cannot be started/);
    expect(await greeting()).toBe("greeter 1");
  });

  it("holds a program back until something listens on its socket", async () => {
    const socket = "/run/late.sock";
    await switchOn({
      services: [{ ...greeter("greeter", PORT), after: { kind: "socket", path: socket } }],
    });
    await expect.poll(() => runOn(machine, ["hostname"]), WAIT).toBe("machine-1");
    expect(await greeting()).toBeUndefined();

    const script = 'require("node:net").createServer((s) => s.destroy()).listen(process.argv[1])';
    const listener = runOn(machine, [process.execPath, "-e", script, socket]).catch(() => undefined);
    await expect.poll(greeting, WAIT).toBe("greeter 1");
    await powerOff(machine);
    await listener;
  });

  it("lets nobody in before it has folders of its own: whoever came earlier would change the host's", async () => {
    await switchOn({});
    const note = `/run/note-${path.basename(machines.folder)}`;

    await runOn(machine, ["touch", note]);

    await expect(readFile(note)).rejects.toThrow("ENOENT");
    expect(await runOn(machine, ["ls", note])).toBe(note);
  });

  it("ends when its preparation fails, and tells why to whoever asks", async () => {
    await switchOn({ setup: [["ip", "link", "set", "nowhere", "up"]], services: [greeter("greeter", PORT)] });

    await expect.poll(() => isOn(machine), WAIT).toBe(false);
    await expect(runOn(machine, ["true"])).rejects.toThrow(
      /machine-1 is not on\.[\s\S]*ip link set nowhere up failed \(1\): Cannot find device "nowhere"/,
    );
  });

  it("keeps what it had on disk over a power cut, and nothing else", async () => {
    const note = ["sh", "-c", "echo kept > /run/machine/note; echo lost > /run/note"] as const;
    const plan = await switchOn({ setup: [note] });
    await expect.poll(() => runOn(machine, ["cat", "/run/note"]).catch(String), WAIT).toBe("lost");

    await powerOn(machine, planFor(machines, machine));
    expect(await runsAsPlanned(machine, plan)).toBe(false);
    await expect.poll(() => runOn(machine, ["cat", "/run/machine/note"]).catch(String), WAIT).toBe("kept");
    await expect(runOn(machine, ["cat", "/run/note"])).rejects.toThrow("No such file");
  });

  it("keeps its programs running while its disk is full", async () => {
    const logs = path.join(machine.folder, "log");
    const setup = [["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", logs]] as const;
    await switchOn({ setup, services: [greeter("greeter", PORT)] });
    await expect.poll(greeting, WAIT).toBe("greeter 1");

    const fill = ["dd", "if=/dev/zero", `of=${logs}/filler`, "bs=1k"] as const;
    await expect(runOn(machine, fill)).rejects.toThrow("No space left on device");
    for (const start of [2, 3]) {
      await runOn(machine, ["pkill", "-KILL", "-f", "createServer"]);
      await expect.poll(greeting, WAIT).toBe(`greeter ${start}`);
    }
  });

  it("ends a program that nobody waits for any more", async () => {
    await switchOn({});
    const controller = new AbortController();
    const command = runOn(machine, ["sh", "-c", "echo $$ > /run/waiting; exec sleep 602"], controller.signal);
    const refused = expect(command).rejects.toThrow(/cancel/);
    await expect.poll(() => runOn(machine, ["cat", "/run/waiting"]).catch(() => ""), WAIT).not.toBe("");

    const started = performance.now();
    controller.abort();
    await refused;
    expect(performance.now() - started).toBeLessThan(5000);
    const isGone = () => runOn(machine, ["sh", "-c", "test -e /proc/$(cat /run/waiting) || echo gone"]);
    await expect.poll(isGone, WAIT).toBe("gone");
  });

  it("is known by its plan", async () => {
    const plan = await switchOn({ services: [greeter("greeter", PORT)] });

    expect(await runsAsPlanned(machine, plan)).toBe(true);
    expect(await runsAsPlanned(machine, planFor(machines, machine))).toBe(false);
    await powerOff(machine);
    expect(await runsAsPlanned(machine, plan)).toBe(false);
  });

  it("finds the files of its plan in its own folder, and nobody but its owner reads them", async () => {
    const plan = await switchOn({ files: { "etc/settings": "new" } });

    const look = () => runOn(machine, ["cat", "/run/machine/etc/settings"]).catch(String);
    await expect.poll(look, WAIT).toBe("new");
    expect((await stat(path.join(machine.folder, "etc/settings"))).mode & 0o777).toBe(0o600);
    expect(await runsAsPlanned(machine, { ...plan, files: { "etc/settings": "newer" } })).toBe(false);
  });

  it("does not count as on when its link is gone: it was switched on only half, or cut off by hand", async () => {
    const plan = await switchOn({});
    await execa("ip", ["link", "delete", `agents${machine.block}m${machine.address.split(".").at(-1)}`]);

    expect(await runsAsPlanned(machine, plan)).toBe(false);
    await powerOn(machine, plan);
    expect(await runsAsPlanned(machine, plan)).toBe(true);
  });

  it("shows its programs and what they use, wherever they are installed", async () => {
    const sleeper = path.join(machines.folder, "my programs", "sleeper");
    await execa("mkdir", ["-p", path.dirname(sleeper)]);
    await execa("cp", [await realPath("sleep"), sleeper]);
    await switchOn({ services: [{ name: "sleeper", command: [sleeper, "600"] }] });

    const parts = () => machineParts(machine, ["sleeper", "absent"]);
    await expect.poll(async () => (await parts())[0]?.isAlive, WAIT).toBe(true);
    expect(await parts()).toMatchObject([
      { name: "sleeper", pid: expect.any(Number), rssBytes: expect.any(Number) },
      { name: "absent", pid: undefined, isAlive: false },
    ]);
  });
});

async function realPath(program: string): Promise<string> {
  return (await execa("sh", ["-c", `readlink -f "$(command -v ${program})"`])).stdout;
}

describe.skipIf((await realNodesHindrance()) !== undefined)("the host of a machine", () => {
  /** Has a machine on a bridge of its own, removes both, and returns how the host then differs from before. */
  async function leftBy(parts: PlanParts, use: (machine: Machine) => Promise<void>): Promise<string[]> {
    const before = await snapshotHost();
    const machines = await prepareTestMachines();
    const machine = machines.machine(1);
    try {
      await powerOn(machine, planFor(machines, machine, parts));
      await use(machine);
    } finally {
      await machines.remove();
    }
    let left: string[] = [];
    const isAsBefore = async () => {
      left = differences(before, await snapshotHost(), machines.environment);
      return left.length === 0;
    };
    // Links vanish a moment after the last process of their namespace.
    await vi.waitUntil(isAsBefore, WAIT).catch(() => undefined);
    return left;
  }

  const untilGreeted = ({ address }: Machine) =>
    expect.poll(() => greetingOf(address, PORT), WAIT).toBe("greeter 1");

  it("is as before once the machine is off, whatever became of its programs", async () => {
    const stray = "setsid setsid sleep 601 & trap '' TERM; while :; do sleep 1; done";
    const services = [{ name: "stray", command: ["sh", "-c", stray] as const }, greeter("greeter", PORT)];

    expect(await leftBy({ services }, untilGreeted)).toEqual([]);
    expect((await execa("pgrep", ["-f", "^sleep 601$"], { reject: false })).stdout).toBe("");
  });

  it("is as before when the machine's starter was killed before it noted the process", async () => {
    const left = await leftBy({ services: [greeter("greeter", PORT)] }, async (machine) => {
      await untilGreeted(machine);
      await rm(path.join(machine.folder, "machine.json"));
    });

    expect(left).toEqual([]);
  });

  it("keeps its settings, folders and packet filter while a worker prepares itself and changes them", async () => {
    const machines = await prepareTestMachines();
    onTestFinished(() => machines.remove());
    const machine = machines.machine(1);
    const { setup } = workerPlan(await workerOptions(machines));
    const before = await snapshotHost();
    await powerOn(machine, {
      setup: [...setup, ["touch", "/var/lib/from-worker", "/run/done"]],
      services: [greeter("greeter", PORT)],
    });
    await untilGreeted(machine);

    const shell = (script: string) => runOn(machine, ["sh", "-c", script]);
    expect(await shell("cat /proc/sys/vm/overcommit_memory /proc/sys/kernel/panic")).toBe("1\n10");
    expect(await shell("cat /proc/sys/net/ipv4/ip_forward")).toBe("1");
    expect(await shell("iptables -t nat -S POSTROUTING")).toContain("MASQUERADE");
    await shell("echo 0 > /proc/sys/vm/overcommit_memory; echo 7 > /proc/sys/kernel/panic");
    const changes = differences(before, await snapshotHost(), machines.environment);
    const ofMachine = /^\+ (processes|control groups): |^\+ (links|routes): .*\bagents\d+/;
    expect(changes.filter((line) => !ofMachine.test(line))).toEqual([]);
    await expect(readFile("/var/lib/from-worker")).rejects.toThrow("ENOENT");
    expect(await readFile(path.join(machine.folder, "overlay/var/lib/upper/from-worker"), "utf8")).toBe("");
  });

  it("keeps a process that has got the number of a machine's by now", async () => {
    const machines = await prepareTestMachines();
    onTestFinished(() => machines.remove());
    const { folder } = machines.machine(1);
    await mkdir(folder);
    const record = { pid: process.pid, startMark: "of an earlier boot" };
    await writeFile(path.join(folder, "machine.json"), JSON.stringify(record));

    expect(await isOn(machines.machine(1))).toBe(false);
    await powerOff(machines.machine(1));
  });
});

async function workerOptions(machines: TestMachines) {
  const { folder, block, controlGroup } = machines.machine(1);
  return {
    region: "region-a",
    addresses: machines.addresses,
    authority: await Authority.open(path.join(machines.folder, "pki"), "authority"),
    number: 1,
    tools: { kubelet: { path: "kubelet" }, "kube-proxy": { path: "kube-proxy" } },
    pauseImage: "pause",
    ...{ folder, block, controlGroup },
  };
}

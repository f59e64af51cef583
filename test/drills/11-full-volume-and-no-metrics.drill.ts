import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { NAMESPACE } from "../../agent-runtime/src/contract.ts";
import { runOn } from "../../local/region/real/machine.ts";
import { drill } from "./drill.ts";
import { type DrillRegion, until } from "./drill-environment.ts";
import { loadOn } from "./drill-load.ts";
import { inPod, machineOf, masterOf, type Pod, podsOf, readyPods, STORE_CLI } from "./pod-faults.ts";

const SET = `${STORE_CLI} set probe:11`;
const BALLAST = "ballast";

/** Where the pod's volume lies on its worker. */
async function volumeOf(region: DrillRegion, pod: Pod): Promise<string> {
  const claim = await region.kubectl.run(
    ["get", "pvc", `data-${pod.name}`, "-o", "jsonpath={.spec.volumeName}"],
    { namespace: NAMESPACE },
  );
  return await region.kubectl.run(["get", "pv", claim, "-o", "jsonpath={.spec.local.path}"]);
}

drill(11, "A volume full; metrics-server away (faults 64, 65)", async ({ environment, figures }) => {
  const region = environment.standby;
  // The volume of each pod becomes a small file system of its own, with what it held; the pod is then made anew on it.
  for (const pod of await readyPods(region, "store", 3)) {
    const [machine, volume] = [machineOf(region, pod), await volumeOf(region, pod)];
    const spare = path.join("/run", path.basename(volume));
    await runOn(machine, ["cp", "-a", volume, spare]);
    await runOn(machine, ["mount", "-t", "tmpfs", "-o", "size=32m,mode=0777", "tmpfs", volume]);
    await runOn(machine, ["cp", "-aT", spare, volume]);
    await region.kubectl.run(["delete", "pod", pod.name], { namespace: NAMESPACE });
    await readyPods(region, "store", 3);
    await sleep(15_000);
  }
  const master = await masterOf(region);
  const [machine, volume] = [machineOf(region, master), await volumeOf(region, master)];
  const set = (value: string) => inPod(region, master.name, "valkey", `${SET} ${value} 2>&1`).catch(String);

  expect(await set("before")).toBe("OK");
  await runOn(machine, ["sh", "-c", `cat /dev/zero > ${volume}/${BALLAST}; true`]);
  const refused = await until(
    "writes refused",
    () => set("x".repeat(5000)),
    (answer) => /MISCONF|NOREPLICAS|No space/.test(answer),
    60_000,
  );
  const answer = await set("refused");
  await runOn(machine, ["rm", `${volume}/${BALLAST}`]);
  const again = await until(
    "writes again",
    () => set("after"),
    (text) => text === "OK",
    60_000,
  );
  figures.record("volume full: the store says", answer.trim().slice(0, 120));
  figures.record("volume full: until writes are refused", Math.round(refused), "s");
  figures.record("room again: until writes succeed", Math.round(again), "s");

  const { primary } = environment;
  const metrics = (replicas: number) =>
    primary.kubectl.run(["scale", "deployment/metrics-server", `--replicas=${replicas}`], {
      namespace: "kube-system",
    });
  await environment.deploy({ coordinator: { maxReplicas: 4, scaleDownStabilizationSeconds: 5 } });
  const load = loadOn(environment, { jsonPerSecond: 50, streams: 0 });
  await until(
    "more pods",
    async () => (await podsOf(primary, "coordinator")).length,
    (count) => count > 2,
    90_000,
  );
  await metrics(0);
  await load.stop();
  const before = (await podsOf(primary, "coordinator")).length;
  await sleep(45_000);
  const after = (await podsOf(primary, "coordinator")).length;
  await metrics(1);
  figures.record("pods when metrics went away and 45 s later, without load", `${before} and ${after}`);
  await environment.deploy();
  await environment.recovered();
  expect(after, "pods without metrics").toBeGreaterThanOrEqual(before);
});

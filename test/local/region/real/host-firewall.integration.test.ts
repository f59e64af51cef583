import path from "node:path";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { realNodesHindrance } from "../../../../local/region/real/host-support.ts";

describe.skipIf((await realNodesHindrance()) !== undefined)("a host that forwards nothing", () => {
  it("lets machines talk to each other while they are there, and forwards nothing after", async () => {
    const program = path.join(import.meta.dirname, "filtering-host.ts");
    const { stdout } = await execa("unshare", ["--net", process.execPath, program]);

    const { heard, before, during, after, block } = JSON.parse(stdout);
    const bridge = `agents${block}`;
    expect(heard).toBe("greeter 1");
    expect(before).toEqual([":FORWARD DROP"]);
    expect(during).toEqual([":FORWARD DROP", `-A FORWARD -i ${bridge} -o ${bridge} -j ACCEPT`]);
    expect(after).toEqual(before);
  });

  it("has no packet filter afterwards where it had none", async () => {
    const script = `
      import { addBridge, ensureBridge, removeBridge } from "./local/region/real/host-network.ts";
      await addBridge(96);
      await ensureBridge(96);
      await removeBridge(96);
    `;
    const program = [process.execPath, "--input-type=module", "--eval", script];
    const { stdout } = await execa("unshare", [
      "--net",
      "sh",
      "-c",
      '"$@" && iptables-save',
      "sh",
      ...program,
    ]);

    expect(stdout).toBe("");
  });
});

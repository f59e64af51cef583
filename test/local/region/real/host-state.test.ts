import { describe, expect, it } from "vitest";
import { blockOf, differences } from "./host-state.ts";

const ENVIRONMENT = { instance: "mine", block: 97 };
const group = (name: string) => `/sys/fs/cgroup/pids/claude-agents/${name}`;

/** What a comparison says of a host on which these lines have appeared. */
function appeared(lines: Readonly<Record<string, readonly string[]>>): string[] {
  return differences({}, lines, ENVIRONMENT);
}

describe("the differences of a host", () => {
  it("are what has appeared and what has gone", () => {
    const before = { links: ["eth0 ether", "lo loopback"] };
    const after = { links: ["eth0 ether", "agents97 ether"] };

    expect(differences(before, after)).toEqual(["- links: lo loopback", "+ links: agents97 ether"]);
  });

  it("hold what an environment has left, by its name or its block", () => {
    const left = {
      "control groups": [group("mine"), group("mine-97")],
      links: ["agents97 ether", "agents97m8 ether"],
    };

    expect(appeared(left)).toHaveLength(4);
  });

  it("hold settings, mounts and files, which nobody's name is on", () => {
    expect(
      appeared({ "kernel settings": ["vm/panic_on_oom = 1"], files: ["/run/containerd/x"] }),
    ).toHaveLength(2);
  });

  it("do not hold what another environment has made meanwhile", () => {
    expect(
      appeared({ "control groups": [group("theirs-98")], links: ["agents98 ether", "agents98m8 ether"] }),
    ).toEqual([]);
  });

  it("do not hold the links of an environment that has got the block of one which is down", () => {
    expect(appeared({ "control groups": [group("theirs-97")], links: ["agents97 ether"] })).toEqual([]);
    expect(appeared({ "control groups": [group("theirs-197")], links: ["agents97 ether"] })).toEqual([
      "+ links: agents97 ether",
    ]);
  });
});

describe("the block of an address", () => {
  it("is its second octet", () => {
    expect(blockOf("10.97.0.9")).toBe(97);
  });
});

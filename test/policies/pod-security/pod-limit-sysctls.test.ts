import { describe, expect, it } from "vitest";
import { podLimitSysctls } from "../../../policies/pod-security/pod-limit-sysctls.ts";
import { UNKNOWN } from "../judge.ts";
import { judgePod, NOTHING } from "./judge-pod.ts";

const judgeSysctls = (sysctls: unknown, config = {}) =>
  judgePod(podLimitSysctls, { securityContext: { sysctls } }, { config });
const judgeName = (name: unknown, config = {}) => judgeSysctls([{ name, value: "1" }], config);

describe("pod-limit-sysctls", () => {
  it.each([
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ping_group_range",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.tcp_wmem",
  ])("allows %s", async (name) => {
    expect(await judgeName(name)).toEqual(NOTHING);
  });

  it.each([undefined, null, []])("allows sysctls that are %o", async (sysctls) => {
    expect(await judgeSysctls(sysctls)).toEqual(NOTHING);
  });

  it.each([
    ["kernel.msgmax", '"kernel.msgmax"'],
    ["net.core.somaxconn", '"net.core.somaxconn"'],
    ["net/ipv4/tcp_syncookies", '"net/ipv4/tcp_syncookies"'],
    ["", '""'],
    [null, "not set"],
    [undefined, "not set"],
    [["net.ipv4.tcp_rmem"], "no single value"],
  ])("refuses %o", async (name, shown) => {
    expect((await judgeName(name)).violations).toEqual([
      expect.stringContaining(`the pod sets the kernel parameter ${shown}; allowed: kernel.shm_rmid_forced,`),
    ]);
  });

  it("refuses one behind a safe one, and says where and what to do", async () => {
    const { violations } = await judgeSysctls([{ name: "net.ipv4.tcp_rmem" }, { name: "kernel.sem" }]);
    expect(violations).toEqual([expect.stringContaining(".securityContext.sysctls[1].name: the pod sets")]);
    expect(violations[0]).toContain("what must hold for a whole node is set where nodes are made.");
  });

  it("takes the allowed ones from the configuration", async () => {
    expect(await judgeName("net.core.somaxconn", { allowedSysctls: ["net.core.somaxconn"] })).toEqual(
      NOTHING,
    );
    expect((await judgeName("kernel.shm_rmid_forced", { allowedSysctls: [] })).violations).toEqual([
      expect.stringContaining("allowed: none."),
    ]);
  });

  it.each([
    ["the list", UNKNOWN, ".securityContext.sysctls"],
    ["one of them", [UNKNOWN], ".sysctls[0]"],
    ["a name", [{ name: UNKNOWN }], ".sysctls[0].name"],
  ])("leaves %s undecided while it is not known", async (_, sysctls, path) => {
    const { violations, undecided } = await judgeSysctls(sysctls);
    expect(violations).toEqual([]);
    expect(undecided).toContain(path);
  });

  it("does not ask for the value of an allowed one", async () => {
    expect(await judgeSysctls([{ name: "net.ipv4.tcp_rmem", value: UNKNOWN }])).toEqual(NOTHING);
  });

  it("refuses the object where the list is none", async () => {
    await expect(judgeSysctls({ name: "kernel.sem" })).rejects.toThrow("expected a list");
  });
});

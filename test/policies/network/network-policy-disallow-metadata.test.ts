import { describe, expect, it } from "vitest";
import { networkPolicyDisallowMetadata } from "../../../policies/network/network-policy-disallow-metadata.ts";
import { judge, UNKNOWN } from "../judge.ts";
import { networkPolicy } from "./network-policies.ts";

const PASSED = { violations: [], undecided: undefined };
const judgeEgress = (egress: unknown, config = {}) =>
  judge(networkPolicyDisallowMetadata, networkPolicy({ egress }), { config });
const judgeBlock = (ipBlock: unknown, config = {}) => judgeEgress([{ to: [{ ipBlock }] }], config);

describe("network-policy-disallow-metadata", () => {
  it.each([
    ["everything", { cidr: "0.0.0.0/0" }, "169.254.169.254"],
    ["the half that holds it", { cidr: "128.0.0.0/1" }, "169.254.169.254"],
    ["all link-local addresses", { cidr: "169.254.0.0/16" }, "169.254.169.254"],
    ["the address itself", { cidr: "169.254.169.254/32" }, "169.254.169.254"],
    ["a range that is written by its last address", { cidr: "169.254.169.255/31" }, "169.254.169.254"],
    ["everything of IPv6", { cidr: "::/0" }, "fd00:ec2::254"],
    ["private addresses of IPv6", { cidr: "fc00::/7" }, "fd00:ec2::254"],
    ["the address of IPv6 in another spelling", { cidr: "FD00:0EC2:0:0::254/128" }, "fd00:ec2::254"],
    ["an exception that is null", { cidr: "0.0.0.0/0", except: null }, "169.254.169.254"],
    ["no exceptions", { cidr: "0.0.0.0/0", except: [] }, "169.254.169.254"],
    ["an exception beside it", { cidr: "0.0.0.0/0", except: ["169.254.169.0/25"] }, "169.254.169.254"],
    ["an exception of the other family", { cidr: "::/0", except: ["169.254.0.0/16"] }, "fd00:ec2::254"],
    [
      "an exception in notation of IPv6",
      { cidr: "0.0.0.0/0", except: ["::ffff:169.254.0.0/112"] },
      "169.254.169.254",
    ],
    [
      "two exceptions around it",
      { cidr: "0.0.0.0/0", except: ["169.254.0.0/17", "169.254.169.255/32"] },
      "169.254.169.254",
    ],
    ["an exception below it", { cidr: "::/0", except: ["fd00:ec2::/119", "fe80::/10"] }, "fd00:ec2::254"],
    ["an exception that is none", { cidr: "0.0.0.0/0", except: ["169.254.169.254"] }, "169.254.169.254"],
    ["an exception of no text", { cidr: "0.0.0.0/0", except: [5] }, "169.254.169.254"],
  ])("refuses %s", async (_, block, address) => {
    const { violations } = await judgeBlock(block);
    expect(violations).toEqual([
      expect.stringContaining(
        `.to[0].ipBlock.cidr: ${block.cidr} holds ${address}, and except does not. Put the address`,
      ),
    ]);
  });

  it.each([
    ["the address", { cidr: "0.0.0.0/0", except: ["169.254.169.254/32"] }],
    ["a range that holds it", { cidr: "0.0.0.0/0", except: ["10.0.0.0/8", "169.254.0.0/16"] }],
    ["the address of IPv6", { cidr: "::/0", except: ["fd00:ec2::254/128"] }],
    ["private addresses of IPv6", { cidr: "::/0", except: ["fc00::/7"] }],
  ])("allows everything but %s", async (_, block) => {
    expect(await judgeBlock(block)).toEqual(PASSED);
  });

  it.each([["160.79.104.0/23"], ["10.0.0.0/8"], ["0.0.0.0/1"], ["169.254.20.10/32"], ["2600::/12"]])(
    "allows %s, which holds none",
    async (cidr) => {
      expect(await judgeBlock({ cidr })).toEqual(PASSED);
    },
  );

  it("allows selectors, and a policy without rules", async () => {
    expect(
      await judgeEgress([{ to: [{ podSelector: {} }, { namespaceSelector: {}, ipBlock: null }] }]),
    ).toEqual(PASSED);
    expect(await judgeEgress(null)).toEqual(PASSED);
  });

  it.each([[{}], [{ to: [] }], [{ to: null, ports: [{ port: 443 }] }]])(
    "refuses the rule %j, which names no destination",
    async (rule) => {
      expect((await judgeEgress([rule])).violations).toEqual([
        expect.stringContaining(".spec.egress[0].to: it names no destination, which means all"),
      ]);
    },
  );

  it("refuses the addresses that the configuration lists, and no others", async () => {
    const config = { metadataAddresses: ["168.63.129.16", "100.100.100.200"] };
    expect((await judgeBlock({ cidr: "0.0.0.0/0", except: ["169.254.0.0/16"] }, config)).violations).toEqual([
      expect.stringContaining("holds 168.63.129.16, 100.100.100.200, and except does not"),
    ]);
    expect((await judgeBlock({ cidr: "100.64.0.0/10" }, config)).violations).toHaveLength(1);
    expect(await judgeBlock({ cidr: "169.254.169.254/32" }, config)).toEqual(PASSED);
    expect(await judgeBlock({ cidr: "100.64.0.0/10" })).toEqual(PASSED);
  });

  it("refuses the second of two ranges that holds it", async () => {
    const [open, closed] = [{ cidr: "169.254.0.0/16" }, { cidr: "0.0.0.0/0", except: ["169.254.0.0/16"] }];
    expect((await judgeEgress([{ to: [{ ipBlock: closed }, { ipBlock: open }] }])).violations).toEqual([
      expect.stringContaining(".to[1].ipBlock.cidr: 169.254.0.0/16 holds 169.254.169.254"),
    ]);
    expect(
      (await judgeEgress([{ to: [{ ipBlock: closed }] }, { to: [{ ipBlock: open }] }])).violations,
    ).toHaveLength(1);
  });

  it.each([["0.0.0.0/33"], ["::ffff:169.254.169.254/128"], ["169.254.169.254"], [5], [null]])(
    "refuses the range %j, which is none",
    async (cidr) => {
      expect((await judgeBlock({ cidr })).violations).toEqual([expect.stringContaining("which is no range")]);
    },
  );

  it.each([
    ["rules", UNKNOWN, ".spec.egress"],
    ["destinations", [{ to: UNKNOWN }], ".spec.egress[0].to"],
    ["range", [{ to: [{ ipBlock: { cidr: UNKNOWN, except: ["169.254.0.0/16"] } }] }], ".ipBlock.cidr"],
    ["exception", [{ to: [{ ipBlock: { cidr: "0.0.0.0/0", except: [UNKNOWN] } }] }], ".except[0]"],
    ["list of exceptions", [{ to: [{ ipBlock: { cidr: "0.0.0.0/0", except: UNKNOWN } }] }], ".except"],
  ])("leaves a policy undecided while its %s is not known", async (_, egress, path) => {
    const { violations, undecided } = await judgeEgress(egress);
    expect(violations).toEqual([]);
    expect(undecided).toContain(path);
  });

  it("does not ask for values that do not decide", async () => {
    expect(await judgeBlock({ cidr: "0.0.0.0/0", except: ["169.254.0.0/16", UNKNOWN] })).toEqual(PASSED);
    expect(await judgeBlock({ cidr: "10.0.0.0/8", except: [UNKNOWN] })).toEqual(PASSED);
    expect(await judgeBlock({ cidr: UNKNOWN, except: ["169.254.0.0/16", "fc00::/7"] })).toEqual(PASSED);
  });

  it("refuses to judge a text in the place of exceptions", async () => {
    await expect(judgeBlock({ cidr: "0.0.0.0/0", except: "169.254.0.0/16" })).rejects.toThrow(
      "expected a list",
    );
  });

  it("says nothing about ingress or other kinds", async () => {
    expect(await judge(networkPolicyDisallowMetadata, networkPolicy({ ingress: [{}] }))).toEqual(PASSED);
    const object = { ...networkPolicy({ egress: [{}] }), kind: "ServiceEntry" };
    expect(await judge(networkPolicyDisallowMetadata, object)).toEqual(PASSED);
  });
});

import { describe, expect, it } from "vitest";
import { networkPolicyLimitEgress } from "../../../policies/network/network-policy-limit-egress.ts";
import { judge, UNKNOWN } from "../judge.ts";
import { blocks, networkPolicy } from "./network-policies.ts";

const PASSED = { violations: [], undecided: undefined };
const judgeRule = (rule: unknown, config = {}) =>
  judge(networkPolicyLimitEgress, networkPolicy({ egress: [rule] }), { config });
const judgePorts = (ports: unknown, cidrs: unknown[] = ["0.0.0.0/0"], config = {}) =>
  judgeRule({ to: blocks(...cidrs), ports }, config);

describe("network-policy-limit-egress", () => {
  it.each([
    ["no destination", { ports: [{ port: 443 }] }, ".to: it is not set, which means every destination."],
    ["a destination that is null", { to: null, ports: [{ port: 443 }] }, ".to: it is not set"],
    ["an empty list of destinations", { to: [], ports: [{ port: 443 }] }, ".to: it is empty"],
    ["no port", { to: blocks("10.0.0.0/24") }, ".ports: it is not set, which means every port."],
    ["ports that are null", { to: blocks("10.0.0.0/24"), ports: null }, ".ports: it is not set"],
    ["an empty list of ports", { to: [{ podSelector: {} }], ports: [] }, ".ports: it is empty"],
  ])("refuses a rule with %s", async (_, rule, reason) => {
    const { violations } = await judgeRule(rule);
    expect(violations).toEqual([expect.stringContaining(`.spec.egress[0]${reason}`)]);
  });

  it("refuses an empty rule for both", async () => {
    expect((await judgeRule({})).violations).toHaveLength(2);
    expect((await judgeRule(null)).violations).toHaveLength(2);
  });

  it.each([
    ["no rules", {}],
    ["rules that are null", { egress: null }],
    ["an empty list of rules", { egress: [] }],
    ["rules of ingress", { ingress: [{}] }],
  ])("allows %s", async (_, spec) => {
    expect(await judge(networkPolicyLimitEgress, networkPolicy(spec))).toEqual(PASSED);
  });

  it.each([
    ["everything", ["0.0.0.0/0"]],
    ["everything of IPv6", ["::/0"]],
    ["everything but something", ["0.0.0.0/0"]],
    ["two halves", ["0.0.0.0/1", "128.0.0.0/1"]],
    ["two halves of IPv6", ["::/1", "8000::/1"]],
    ["one half", ["128.0.0.0/1"]],
    ["a range just wider than allowed", ["160.78.0.0/15"]],
    ["ranges that are wider together", ["160.79.0.0/16", "1.1.1.1/32"]],
    ["a range that holds a private one", ["8.0.0.0/6"]],
    ["an IPv6 range just wider than allowed", ["2600::/31"]],
  ])("refuses another port of %s", async (_, cidrs) => {
    const { violations } = await judgePorts([{ port: 443 }, { port: 25 }], cidrs);
    expect(violations).toEqual([
      expect.stringContaining(
        `.spec.egress[0].ports[1]: it opens port 25 of ${cidrs.join(", ")}, which is the internet; allowed there: 443. Name the ranges`,
      ),
    ]);
  });

  it.each([
    ["a range as wide as allowed", ["160.79.0.0/16"]],
    ["ranges as wide as allowed together", ["160.79.0.0/17", "160.79.128.0/17"]],
    ["the same of both families", ["160.79.0.0/16", "2600::/32"]],
    ["a private range", ["10.0.0.0/8"]],
    ["all private ranges", ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"]],
    ["a part of a private range", ["10.128.0.0/9"]],
  ])("allows every port of %s", async (_, cidrs) => {
    expect(await judgePorts([{ port: 1, endPort: 65534 }], cidrs)).toEqual(PASSED);
  });

  it.each([
    ["one range twice", ["160.79.0.0/16", "160.79.0.0/16"]],
    ["a range and parts of it", ["160.79.104.0/23", "160.79.0.0/16", "160.79.255.255/32"]],
    ["a private range behind a NAT64 gateway", ["64:ff9b::a00:0/104"]],
  ])("counts %s once", async (_, cidrs) => {
    expect(await judgePorts([{ port: 22 }], cidrs)).toEqual(PASSED);
  });

  it.each([
    ["the internet behind a NAT64 gateway", ["64:ff9b::/96"]],
    ["the internet behind it in two halves", ["64:ff9b::/97", "64:ff9b::8000:0/97"]],
    ["half of it there and half directly", ["64:ff9b::1:0/112", "160.79.0.0/16"]],
    ["a range that holds these addresses", ["64:ff9b::/90"]],
    ["one address too many of IPv6", ["2600::/32", "1::/128"]],
  ])("refuses another port of %s", async (_, cidrs) => {
    expect((await judgePorts([{ port: 22 }], cidrs)).violations).toEqual([
      expect.stringContaining(`it opens port 22 of ${cidrs.join(", ")}, which is the internet`),
    ]);
  });

  it.each([
    ["no port", { protocol: "TCP" }],
    ["a port that is null", { port: null }],
    ["nothing", {}],
    ["null", null],
    ["the whole range", { port: 1, endPort: 65535 }],
  ])("refuses an entry of ports with %s, wherever it leads", async (_, entry) => {
    for (const cidr of ["10.0.0.0/24", "160.79.104.0/23", "0.0.0.0/0"]) {
      expect((await judgePorts([{ port: 443 }, entry], [cidr])).violations).toEqual([
        expect.stringContaining(
          ".spec.egress[0].ports[1]: it names no port, which means every port. Name the ranges",
        ),
      ]);
    }
  });

  it("names only the ranges by which a rule is open", async () => {
    const { violations } = await judgePorts([{ port: 22 }], ["10.0.0.0/8", "2600::/12", "1.1.1.1/32"]);
    expect(violations).toEqual([expect.stringContaining("port 22 of 2600::/12, which")]);
  });

  it("refuses an entry without port beside one that is not listed", async () => {
    expect((await judgePorts([{ protocol: "TCP" }, { port: 25 }])).violations).toEqual([
      expect.stringContaining(".ports[0]: it names no port"),
      expect.stringContaining(".ports[1]: it opens port 25"),
    ]);
    expect((await judgePorts([{ port: UNKNOWN, endPort: 65535 }])).violations).toEqual([]);
  });

  it("allows selectors of pods and namespaces on every port", async () => {
    const to = [{ podSelector: {} }, { namespaceSelector: { matchLabels: { a: "b" } } }];
    expect(await judgeRule({ to, ports: [{ port: 53, protocol: "UDP" }] })).toEqual(PASSED);
  });

  it("refuses the pods of every namespace, and an entry that names nobody", async () => {
    const { violations } = await judgeRule({ to: [{ namespaceSelector: {} }, {}], ports: [{ port: 443 }] });
    expect(violations).toEqual([
      expect.stringContaining(".spec.egress[0].to[0]: it names the pods of every namespace"),
      expect.stringContaining(".spec.egress[0].to[1]: it names nobody."),
    ]);
  });

  it.each([
    ["a name", { port: "https" }, 'port "https"'],
    ["a number as a text", { port: "443" }, 'port "443"'],
    ["a range of ports", { port: 443, endPort: 444 }, "port 443 to 444"],
    ["nearly all ports", { port: 2, endPort: 65535 }, "port 2 to 65535"],
    ["all but the last port", { port: 1, endPort: 65534 }, "port 1 to 65534"],
    ["an end that is a text", { port: 443, endPort: "443" }, 'port 443 to "443"'],
    ["an end before the port", { port: 443, endPort: 442 }, "port 443 to 442"],
    ["a number as a text with an end", { port: "443", endPort: 443 }, 'port "443" to 443'],
    ["a name with an end", { port: "https", endPort: 443 }, 'port "https" to 443'],
    ["a part of a port", { port: 443.5 }, "port 443.5"],
    ["the port of name servers", { port: 53, protocol: "UDP" }, "port 53"],
  ])("refuses %s of the internet", async (_, entry, got) => {
    expect((await judgePorts([entry])).violations).toEqual([
      expect.stringContaining(`it opens ${got} of 0.0.0.0/0, which`),
    ]);
  });

  it.each([[{ port: 443 }], [{ port: 443, endPort: 443 }], [{ port: 443, endPort: null, protocol: "UDP" }]])(
    "allows %j of the internet",
    async (entry) => {
      expect(await judgePorts([entry])).toEqual(PASSED);
    },
  );

  it("allows the ports that the configuration lists, ranges of them too", async () => {
    const config = { internetPorts: [80, 81, 443, 443] };
    expect(await judgePorts([{ port: 80, endPort: 81 }, { port: 443 }], ["0.0.0.0/0"], config)).toEqual(
      PASSED,
    );
    expect((await judgePorts([{ port: 80, endPort: 82 }], ["0.0.0.0/0"], config)).violations).toHaveLength(1);
    const { violations } = await judgePorts([{ port: 443 }], ["0.0.0.0/0"], { internetPorts: [] });
    expect(violations).toEqual([expect.stringContaining("allowed there: none.")]);
  });

  it("takes prefix lengths and private ranges from the configuration", async () => {
    const ports = [{ port: 22 }];
    expect(await judgePorts(ports, ["160.0.0.0/8"], { shortestIpv4Prefix: 8 })).toEqual(PASSED);
    expect(await judgePorts(ports, ["2600::/16"], { shortestIpv6Prefix: 16 })).toEqual(PASSED);
    expect(await judgePorts(ports, ["160.0.0.0/8"], { privateRanges: ["160.0.0.0/7"] })).toEqual(PASSED);
    expect((await judgePorts(ports, ["10.0.0.0/8"], { privateRanges: [] })).violations).toHaveLength(1);
  });

  it.each([["10.0.0.0/33"], ["10.0.0.0"], ["::ffff:0:0/96"], [5], [null], [undefined]])(
    "refuses the range %j, which is none",
    async (cidr) => {
      expect((await judgePorts([{ port: 443 }], [cidr])).violations).toEqual([
        expect.stringMatching(
          /\.to\[0\]\.ipBlock\.cidr: it is .*, which is no range of IPv4 or IPv6 addresses\. Write/,
        ),
      ]);
    },
  );

  it.each([
    ["rules", { egress: UNKNOWN }, ".spec.egress"],
    ["destinations", { egress: [{ to: UNKNOWN, ports: [{ port: 443 }] }] }, ".spec.egress[0].to"],
    ["destination", { egress: [{ to: [UNKNOWN], ports: [{ port: 443 }] }] }, ".spec.egress[0].to[0]"],
    ["ports", { egress: [{ to: blocks("10.0.0.0/8"), ports: UNKNOWN }] }, ".spec.egress[0].ports"],
    ["entry of ports", { egress: [{ to: blocks("10.0.0.0/8"), ports: [UNKNOWN] }] }, ".egress[0].ports[0]"],
    [
      "first of all ports",
      { egress: [{ to: blocks("10.0.0.0/8"), ports: [{ port: UNKNOWN, endPort: 65535 }] }] },
      ".ports[0].port",
    ],
    [
      "last of all ports",
      { egress: [{ to: blocks("10.0.0.0/8"), ports: [{ port: 1, endPort: UNKNOWN }] }] },
      ".ports[0].endPort",
    ],
    ["range", { egress: [{ to: blocks(UNKNOWN), ports: [{ port: 22 }] }] }, ".to[0].ipBlock.cidr"],
    ["port", { egress: [{ to: blocks("::/0"), ports: [{ port: UNKNOWN }] }] }, ".ports[0].port"],
    [
      "last port",
      { egress: [{ to: blocks("::/0"), ports: [{ port: 443, endPort: UNKNOWN }] }] },
      ".ports[0].endPort",
    ],
  ])("leaves a policy undecided while its %s is not known", async (_, spec, path) => {
    const { violations, undecided } = await judge(networkPolicyLimitEgress, networkPolicy(spec));
    expect(violations).toEqual([]);
    expect(undecided).toContain(path);
  });

  it("does not ask for a range on listed ports, nor for a port of a narrow range", async () => {
    expect(await judgePorts([{ port: 443 }], [UNKNOWN])).toEqual(PASSED);
    expect(await judgePorts([{ port: UNKNOWN }], ["10.0.0.0/8"])).toEqual(PASSED);
    expect(await judgePorts([{ port: UNKNOWN, endPort: 99 }], ["10.0.0.0/8"])).toEqual(PASSED);
    expect(await judgePorts([{ port: 2, endPort: UNKNOWN }], ["10.0.0.0/8"])).toEqual(PASSED);
  });

  it("asks for no range that it knows", async () => {
    const { undecided } = await judgePorts([{ port: 22 }], ["160.79.104.0/23", UNKNOWN]);
    expect(undecided).toContain("update: .spec.egress[0].to[1].ipBlock.cidr;");
  });

  it("refuses what it knows beside a range that is not known", async () => {
    expect((await judgePorts([{ port: 22 }], [UNKNOWN, "0.0.0.0/0"])).violations).toHaveLength(1);
  });

  it("refuses to judge a text in the place of rules or ports", async () => {
    await expect(judge(networkPolicyLimitEgress, networkPolicy({ egress: "all" }))).rejects.toThrow("a list");
    await expect(judgePorts("443")).rejects.toThrow("expected a list");
  });

  it("says nothing about other kinds", async () => {
    const object = { ...networkPolicy({ egress: [{}] }), kind: "CiliumNetworkPolicy" };
    expect(await judge(networkPolicyLimitEgress, object)).toEqual(PASSED);
  });
});

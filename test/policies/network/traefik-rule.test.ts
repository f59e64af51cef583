import { describe, expect, it } from "vitest";
import { namesHosts } from "../../../policies/network/traefik-rule.ts";

describe("namesHosts", () => {
  it.each([
    ["Host(`a.example.com`)"],
    ['Host("a.example.com")'],
    ["Host(`a.example.com`, `b.example.com`)"],
    ["HOST(`a`)"],
    ["host ( `a` )"],
    ["HostHeader(`a`)"],
    ["HostSNI(`a`)"],
    ["Host(`a`) && PathPrefix(`/*`)"],
    ["PathPrefix(`/`) && Host(`a`)"],
    ["Host(`a`) || Host(`b`)"],
    ["Host(`a`) && (Path(`/b`) || Path(`/c`))"],
    ["(Host(`a`) || Host(`b`)) && !Path(`/c`)"],
    ["Host(`a`) && !Host(`b`)"],
    ["Host(`a`) || Host(`b`) && Path(`/c`)"],
    ["Host(`a||b`)"],
    ["((Host(`a`)))"],
  ])("finds them in %s", (rule) => {
    expect(namesHosts(rule)).toBe(true);
  });

  it.each([
    ["PathPrefix(`/`)"],
    ["PathPrefix(`/Host(a)`)"],
    ["Path(`/b`) && Method(`GET`)"],
    ["HostRegexp(`.+`)"],
    ["HostSNIRegexp(`.+`)"],
    ["HostSNI(`*`)"],
    ["Host(`*.example.com`)"],
    ["Host(`a`, `*`)"],
    ["Host(`a`) || PathPrefix(`/`)"],
    ["PathPrefix(`/`) || Host(`a`)"],
    ["Host(`a`) && Path(`/b`) || Path(`/c`)"],
    ["Path(`/b`) || Host(`a`) || Host(`c`)"],
    ["!Host(`a`)"],
    ["!!Host(`a`)"],
    ["!(Host(`a`) && Path(`/b`))"],
    ["!Path(`/b`) && Method(`GET`)"],
  ])("misses them in %s", (rule) => {
    expect(namesHosts(rule)).toBe(false);
  });

  it.each([
    [""],
    ["Host"],
    ["Host("],
    ["Host(`a`"],
    ["Host(`a"],
    ["Host(`a`) Host(`b`)"],
    ["Host(`a`) &&"],
    ["Host(`a`) & Host(`b`)"],
    ["(Host(`a`)"],
    ["Host(`a`))"],
    ["|| Host(`a`)"],
    ["5"],
    ["`a`"],
  ])("takes %j for none", (rule) => {
    expect(() => namesHosts(rule)).toThrow("the rule");
  });

  it("says what it does not read", () => {
    expect(() => namesHosts("Host(`a`) = `b`")).toThrow('the rule holds "="');
    expect(() => namesHosts("Host[`a`]")).toThrow('the rule holds "[]"');
    expect(() => namesHosts("=".repeat(21))).toThrow(`the rule holds "${"=".repeat(20)}"`);
    expect(() => namesHosts("(Host(`a`)")).toThrow("the rule has its end in the place of )");
    expect(() => namesHosts("Host(`a`) )")).toThrow("the rule has ) in the place of its end");
    expect(() => namesHosts("Host(")).toThrow("the rule ends too early");
  });

  it.each([["`".repeat(200_001)], ['"'.repeat(200_001)]])("takes no longer than a rule is long", (rule) => {
    const began = process.cpuUsage();
    expect(() => namesHosts(rule)).toThrow();
    expect(process.cpuUsage(began).user / 1000).toBeLessThan(4_000);
  });
});

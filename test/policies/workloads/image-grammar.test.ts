import { describe, expect, it } from "vitest";
import { containerLimitRegistries } from "../../../policies/workloads/container-limit-registries.ts";
import { containerRequireImageDigest } from "../../../policies/workloads/container-require-image-digest.ts";
import { judge } from "../judge.ts";
import { DIGEST, deployment, podSpecWith } from "../workloads.ts";

const judgeName = (name: string) =>
  judge(containerRequireImageDigest, deployment(podSpecWith("containers", { image: `${name}@${DIGEST}` })));

describe("the name of an image", () => {
  it.each([
    "agent",
    "a",
    "7",
    "team/agent",
    "team/tools/agent-2",
    "some.team/the_agent",
    "team/the__agent",
    "team/the----agent",
    "localhost/agent",
    "registry:5000/agent",
    "REGISTRY.example.com/agent",
    "registry.example.com:5000/team/agent:1.2",
    "registry.example.com./agent",
    "[2001:DB8::1]/agent",
    "[2001:db8::1]:5000/agent",
    "agent:_1",
    "agent:V1.2-rc.1",
    `agent:${"1".repeat(128)}`,
  ])("may be %s", async (name) => {
    expect((await judgeName(name)).violations).toEqual([]);
  });

  it.each([
    ["Agent", 'its path holds "Agent", and paths have small letters and digits'],
    ["registry.example.com/Team/agent", 'its path holds "Team"'],
    ["registry.example.com/team/Agent:1.2", 'its path holds "Agent"'],
    ["team//agent", 'its path holds ""'],
    ["/agent", 'its path holds ""'],
    ["team/agent/", 'its path holds ""'],
    ["team/../agent", 'its path holds ".."'],
    ["team/a..b", 'its path holds "a..b"'],
    ["team/a___b", 'its path holds "a___b"'],
    ["team/a.-b", 'its path holds "a.-b"'],
    ["team/-agent", 'its path holds "-agent"'],
    ["team/agent-", 'its path holds "agent-"'],
    ["team/agént", 'its path holds "agént"'],
    ["https://registry.example.com/agent", '"https:" is no registry'],
    ["registry.example.com:port/agent", '"registry.example.com:port" is no registry'],
    ["registry.example.com:5000:1/agent", '"registry.example.com:5000:1" is no registry'],
    ["user$.example.com/agent", '"user$.example.com" is no registry'],
    ["[2001:db8::g]/agent", '"[2001:db8::g]" is no registry'],
    ["x[::1]/agent", '"x[::1]" is no registry'],
    ["agent:", '"" is no tag'],
    ["agent:1:2", '"1:2" is no tag'],
    ["agent:.1", '".1" is no tag'],
    ["agent:-1", '"-1" is no tag'],
    ["agent:1+2", '"1+2" is no tag'],
    [`agent:${"1".repeat(129)}`, `"${"1".repeat(129)}" is no tag`],
  ])("may not be %s", async (name, problem) => {
    expect((await judgeName(name)).violations).toEqual([
      expect.stringContaining(` of container "changed" is malformed: ${problem}`),
    ]);
  });

  it("is refused by every policy over images, of which none could say where it comes from", async () => {
    const image = `https://ttl.sh/agent@${DIGEST}`;
    const { violations } = await judge(
      containerLimitRegistries,
      deployment(podSpecWith("containers", { image })),
    );
    expect(violations).toEqual([expect.stringContaining("is malformed")]);
  });
});

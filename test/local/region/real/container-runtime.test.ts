import { describe, expect, it } from "vitest";
import { cniConfig, containerdConfig } from "../../../../local/region/real/container-runtime.ts";

describe("containerd's configuration", () => {
  const config = containerdConfig("claude-agents.local/pause@sha256:abc");

  it("has the image of a pod's namespaces, which no registry could give", () => {
    expect(config).toContain('sandbox_image = "claude-agents.local/pause@sha256:abc"');
  });

  it("keeps everything within the machine", () => {
    const paths = [...config.matchAll(/^\s*(\w+) = "(\/.+)"$/gm)].map(([, key, value]) => [key, value]);

    expect(paths).toEqual([
      ["root", "/run/machine/containerd"],
      ["state", "/run/containerd"],
      ["address", "/run/containerd/containerd.sock"],
      ["bin_dir", "/usr/lib/cni"],
      ["conf_dir", "/run/machine/cni"],
    ]);
  });

  it("asks for nothing that a confined root may not do", () => {
    expect(config).toMatch(/restrict_oom_score_adj = true\n\s+disable_apparmor = true/);
    expect(config).toContain("SystemdCgroup = false");
  });
});

describe("the network plugins' configuration", () => {
  it("gives pods addresses of their worker, which it forgets with its power-off", () => {
    expect(cniConfig("10.96.18.0/24")).toMatchObject({
      plugins: [
        {
          type: "ptp",
          ipMasq: false,
          ipam: {
            dataDir: "/run/cni-addresses",
            ranges: [[{ subnet: "10.96.18.0/24" }]],
            routes: [{ dst: "0.0.0.0/0" }],
          },
        },
        { type: "portmap", capabilities: { portMappings: true } },
      ],
    });
  });
});

import { expect } from "vitest";
import { NAMESPACE } from "../../agent-runtime/src/contract.ts";
import { drill } from "./drill.ts";

const PRIVILEGED_POD = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "privileged", namespace: NAMESPACE },
  spec: {
    containers: [
      {
        name: "intruder",
        image: `claude-agents.local/pause@sha256:${"0".repeat(64)}`,
        securityContext: { privileged: true },
      },
    ],
  },
};

drill(7, "Network policies stored; a privileged pod refused", async ({ environment, figures }) => {
  for (const region of [environment.primary, environment.standby]) {
    const policies = await region.kubectl.listJson("networkpolicies", { namespace: NAMESPACE });
    const names = policies.map(({ metadata }) => metadata.name).sort();
    expect(names).toEqual(["allow-dns", "coordinator", "default-deny", "valkey"]);
    await expect(region.kubectl.apply([PRIVILEGED_POD])).rejects.toThrow(/violates PodSecurity "restricted/);
  }
  figures.record("network policies in each region", 4);
  figures.record(
    "enforced here",
    "no: no enforcer can be had; their table of who may reach whom is a unit test",
  );
  figures.record("privileged pods refused", 2);
});

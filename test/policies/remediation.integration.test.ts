import { writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../../local/engine/engine.ts";
import { describeFailure } from "../../local/engine/operation-result.ts";
import { bundlePolicies, PACK_FOLDER } from "../../policies/bundle.ts";
import { POLICIES } from "../../policies/policies.ts";
import { createTemporaryEngine, type TemporaryEngine } from "../local/engine/temporary-engine.ts";
import { startTemporaryRegions, type TemporaryRegions } from "../local/region/temporary-regions.ts";

const REGION = "remediation";
const REPAIRING = POLICIES.filter(({ remediates }) => remediates).map(({ name }) => name);

let regions: TemporaryRegions;
let temporary: TemporaryEngine;

beforeAll(async () => {
  [regions, temporary] = await Promise.all([
    startTemporaryRegions(REGION),
    createTemporaryEngine(),
    bundlePolicies(),
  ]);
});
afterAll(async () => {
  await temporary?.remove();
  await regions?.stop();
});

/** The program under the policies that repair, at one level, and no others. */
async function openAt(level: "mandatory" | "remediate"): Promise<Engine> {
  const file = path.join(temporary.stateDir, `${level}.json`);
  const levels = POLICIES.map(({ name, remediates }) => [
    name,
    { enforcementLevel: remediates ? level : "disabled" },
  ]);
  await writeFile(file, JSON.stringify(Object.fromEntries(levels)));
  return temporary.open("loose-pod", {
    configOverrides: { kubeconfig: regions.place.kubeconfig, context: REGION },
    policyPackDirs: [PACK_FOLDER],
    policyPackConfigs: [file],
  });
}

describe("policies that repair", () => {
  it("are these", () => {
    expect(REPAIRING).toEqual([
      "container-require-dropped-capabilities",
      "pod-require-seccomp",
      "container-require-pull-policy",
      "pod-disallow-service-account-token",
    ]);
  });

  it("refuse the pod where they are mandatory, and repair nothing", async () => {
    const result = await (await openAt("mandatory")).preview();
    const broken = result.policyViolations.map(({ policy }) => policy);
    expect([...new Set(broken)].sort()).toEqual(REPAIRING.toSorted());
    expect(result).toMatchObject({ outcome: "failed", policyRemediations: [] });
  });

  it("repair it at the level remediate, so that admission at the restricted level takes its pods", async () => {
    const engine = await openAt("remediate");
    const result = await engine.up({ preview: false });
    expect(describeFailure({ ...result, output: "" })).toBe("");
    expect(result.policyViolations).toEqual([]);
    expect(result.policyRemediations.map(({ policy }) => policy).sort()).toEqual(REPAIRING.toSorted());

    const pods = await regions.kubectl(REGION).listJson("pods", { namespace: "restricted" });
    expect(pods).toHaveLength(1);
    expect(pods[0]).toMatchObject({
      spec: {
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
        containers: [
          {
            imagePullPolicy: "IfNotPresent",
            securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
          },
        ],
      },
    });
  });

  it("change nothing the second time", async () => {
    const result = await (await openAt("remediate")).preview();
    expect(result.changes).toMatchObject({ created: 0, updated: 0, replaced: 0, deleted: 0 });
  });
});

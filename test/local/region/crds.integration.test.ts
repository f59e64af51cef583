import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CrdFile, installCrds, requireCrds } from "../../../local/region/crds.ts";
import type { Kubectl } from "../../../local/region/kubectl.ts";
import { defaultCacheDir } from "../../../local/toolchain/cache.ts";
import { LOCAL_CRDS } from "../../../local/toolchain/crd-releases.ts";
import { obtainCrds } from "../../../local/toolchain/crds.ts";
import { startTemporaryRegions, type TemporaryRegions } from "./temporary-regions.ts";

const CONTEXT = "crds-test";
const RECORD = { name: "claude-agents-crds", namespace: "kube-system" };
const RULES = "prometheusrules.monitoring.coreos.com";

let regions: TemporaryRegions;
let kubectl: Kubectl;
let files: CrdFile[];
beforeAll(async () => {
  files = Object.values(await obtainCrds(LOCAL_CRDS, { cacheDir: defaultCacheDir() }));
  regions = await startTemporaryRegions(CONTEXT);
  kubectl = regions.kubectl(CONTEXT);
});
afterAll(() => regions.stop());

const require = (...kinds: string[]) =>
  requireCrds(kinds, files, kubectl, { context: CONTEXT, signal: new AbortController().signal });

async function generations(): Promise<Map<string, unknown>> {
  const definitions = await kubectl.listJson("crds");
  return new Map(definitions.map(({ metadata }) => [metadata.name, metadata["generation"]]));
}

describe("CRDs of a region", () => {
  it("are missed in a cluster without them, by their names and with the command that installs them", async () => {
    const [, prometheus] = files;
    await expect(require("nodes.example.com", RULES)).rejects.toThrow(
      `The cluster of context ${CONTEXT} does not serve kinds of objects that the stack holds: nodes.example.com, ${RULES}. ` +
        "Install the operators that they belong to, or their definitions alone: " +
        `kubectl --context ${CONTEXT} apply --server-side -f ${prometheus?.path}`,
    );
    expect(await generations()).toEqual(new Map());
  });

  it("are served once they are installed, and objects that they do not allow are refused", async () => {
    await installCrds(files, kubectl);
    await require(RULES);

    const rule = (spec: object) =>
      kubectl.apply([
        {
          apiVersion: "monitoring.coreos.com/v1",
          kind: "PrometheusRule",
          metadata: { name: "one", namespace: "default" },
          spec,
        },
      ]);
    await rule({ groups: [] });
    await expect(rule({ groups: [{ rules: [] }] })).rejects.toThrow("name");
    await expect(rule({ rules: [] })).rejects.toThrow('unknown field "rules"');
  });

  it("are left alone the second time, within a second", async () => {
    const before = await generations();
    const startedAt = performance.now();
    await installCrds(files, kubectl);
    expect(performance.now() - startedAt).toBeLessThan(1000);
    expect(await generations()).toEqual(before);
  });

  it("come back when one was deleted, and when an installation was broken off before the end", async () => {
    await kubectl.delete("crds", [RULES]);
    await installCrds(files, kubectl);
    expect((await generations()).get(RULES)).toBe(1);

    await kubectl.delete("configmap", [RECORD.name], RECORD);
    await kubectl.run([
      "patch",
      "crds",
      RULES,
      "--type",
      "merge",
      "--patch",
      '{"spec":{"names":{"shortNames":["x"]}}}',
    ]);
    await installCrds(files, kubectl);
    expect(await kubectl.getJson("crds", RULES)).toMatchObject({
      spec: { names: { shortNames: ["promrule"] } },
    });
  });

  it("of another version replace those that are there", async () => {
    const newer = files.map((file) => ({ ...file, version: "99.0.0" }));
    await installCrds(newer, kubectl);
    expect(await kubectl.getJson("configmap", RECORD.name, RECORD)).toMatchObject({
      data: { "gateway-api-crds": "99.0.0", "prometheus-operator-crds": "99.0.0" },
    });
  });
});

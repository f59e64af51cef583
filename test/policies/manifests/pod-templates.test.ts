import { describe, expect, it } from "vitest";
import { contentOf } from "../../../policies/manifests/manifest.ts";
import { containersOf, podOf, WORKLOAD_KINDS } from "../../../policies/manifests/pod-templates.ts";
import { EVERY_PLACE, WORKLOAD_KINDS as EXAMPLES } from "../workloads.ts";

const POD = { spec: { containers: [{ name: "one" }] } };

describe("pod templates", () => {
  it("have an example of every kind that the policies know, so that each table of examples is complete", () => {
    const kinds = EXAMPLES.map(({ kind }) => kind).filter((kind) => !kind.endsWith("List"));
    expect(kinds.sort()).toEqual([...WORKLOAD_KINDS].sort());
  });

  it.each(EVERY_PLACE)(
    "give the containers in $list of a $kind their place and name",
    ({ build, list, kind }) => {
      const { manifests } = contentOf(`kubernetes:x/v1:${kind}`, build({ [list]: [{ name: "one" }, {}] }));
      const containers = manifests.flatMap((manifest) => containersOf(manifest));
      expect(containers.map((container) => container.list)).toEqual([list, list]);
      expect(containers.map(({ label }) => label.slice(label.indexOf("container")))).toEqual([
        'container "one"',
        'container "(unnamed)"',
      ]);
    },
  );

  it.each(["Service", "ConfigMap", "Namespace"])("are not sought in a %s", (kind) => {
    const { manifests } = contentOf(`kubernetes:core/v1:${kind}`, {
      spec: { template: { spec: { containers: [{}] } } },
    });
    expect(manifests.flatMap((manifest) => containersOf(manifest))).toEqual([]);
    expect(manifests.flatMap(podOf)).toEqual([]);
  });

  it.each([
    ["kubernetes:batch/v1beta1:CronJob", { spec: { jobTemplate: { spec: { template: POD } } } }],
    ["kubernetes:batch/v1:CronJobPatch", { spec: { jobTemplate: { spec: { template: POD } } } }],
    ["kubernetes:batch/v1:JobPatch", { spec: { template: POD } }],
    ["kubernetes:core/v1:PodPatch", POD],
    ["kubernetes:core/v1:PodTemplatePatch", { template: POD }],
    ["kubernetes:keda.sh/v1alpha1:ScaledJob", { spec: { jobTargetRef: { template: POD } } }],
    ["kubernetes:extensions/v1beta1:DaemonSet", { spec: { template: POD } }],
    ["kubernetes:argoproj.io/v1alpha1:RolloutList", { items: [{ spec: { template: POD } }] }],
    ["kubernetes:batch/v1:JobList", { kind: "List", items: [{ kind: "Job", spec: { template: POD } }] }],
  ])("are found in what comes as %s", (type, properties) => {
    const { manifests } = contentOf(type, properties);
    expect(manifests.flatMap((manifest) => containersOf(manifest)).map(({ label }) => label)).toEqual([
      'container "one"',
    ]);
  });
});

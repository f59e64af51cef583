import { describe, expect, it } from "vitest";
import { containerDisallowLatestTag } from "../../../policies/workloads/container-disallow-latest-tag.ts";
import { containerLimitRegistries } from "../../../policies/workloads/container-limit-registries.ts";
import { containerRequireImageDigest } from "../../../policies/workloads/container-require-image-digest.ts";
import { judge, UNKNOWN } from "../judge.ts";
import { DIGEST } from "../workloads.ts";

const POSTGRES = "postgresql.cnpg.io/v1";
const PROMETHEUS = "monitoring.coreos.com/v1";

const judgeObject = (
  kind: string,
  spec: unknown,
  apiVersion: unknown,
  policy = containerRequireImageDigest,
) =>
  judge(
    policy,
    { apiVersion, kind, metadata: { name: "subject" }, spec },
    { type: `kubernetes:x/v1:${kind}` },
  );

const PLACES: readonly [
  kind: string,
  apiVersion: string,
  specOf: (image: unknown) => object,
  path: string,
][] = [
  ["Cluster", POSTGRES, (image) => ({ imageName: image }), ".spec.imageName"],
  ["ImageCatalog", POSTGRES, (image) => ({ images: [{ major: 17, image }] }), ".spec.images[0].image"],
  ["ClusterImageCatalog", POSTGRES, (image) => ({ images: [{ major: 17, image }] }), ".spec.images[0].image"],
  ["Alertmanager", PROMETHEUS, (image) => ({ image }), ".spec.image"],
  ["Prometheus", PROMETHEUS, (image) => ({ image }), ".spec.image"],
  ["PrometheusAgent", "monitoring.coreos.com/v1alpha1", (image) => ({ image }), ".spec.image"],
  ["ThanosRuler", PROMETHEUS, (image) => ({ image }), ".spec.image"],
];

describe("the image that an operator puts into its pods", () => {
  it.each(PLACES)("needs a digest in a %s", async (kind, apiVersion, specOf, path) => {
    expect(await judgeObject(kind, specOf(`team/server:1.2@${DIGEST}`), apiVersion)).toEqual({
      violations: [],
      undecided: undefined,
    });
    expect((await judgeObject(kind, specOf("team/server:1.2"), apiVersion)).violations).toEqual([
      expect.stringContaining(
        `at ${path}: the image "team/server:1.2" of the pods of the ${kind} has only the tag "1.2"`,
      ),
    ]);
    expect((await judgeObject(kind, specOf(5), apiVersion)).violations).toHaveLength(1);
    expect((await judgeObject(kind, specOf(UNKNOWN), apiVersion)).undecided).toContain(`${path};`);
  });

  it.each(PLACES)("may be left to the operator in a %s", async (kind, apiVersion, specOf) => {
    expect((await judgeObject(kind, specOf(null), apiVersion)).violations).toEqual([]);
    expect((await judgeObject(kind, undefined, apiVersion)).violations).toEqual([]);
  });

  it("comes from a registry that is allowed, by a tag that does not move", async () => {
    const spec = { imageName: `ttl.sh/server:latest@${DIGEST}` };
    for (const policy of [containerLimitRegistries, containerDisallowLatestTag]) {
      expect((await judgeObject("Cluster", spec, POSTGRES, policy)).violations).toHaveLength(1);
    }
  });

  it("is not looked for in objects of the same kind of other operators", async () => {
    const spec = { imageName: "team/server" };
    for (const other of ["cluster.x-k8s.io/v1beta1", "postgresql.cnpg.io.example.com/v1"]) {
      expect((await judgeObject("Cluster", spec, other)).violations).toEqual([]);
    }
    for (const open of [undefined, UNKNOWN]) {
      expect((await judgeObject("Cluster", spec, open)).violations).toHaveLength(1);
    }
    expect((await judgeObject("Cluster", { image: "team/server" }, PROMETHEUS)).violations).toEqual([]);
  });
});

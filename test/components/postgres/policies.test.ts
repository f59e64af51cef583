import { expect, test } from "vitest";
import { manifestDisallowSecretLiterals } from "../../../policies/data/manifest-disallow-secret-literals.ts";
import { POD_SECURITY } from "../../../policies/pod-security/policies.ts";
import { containerRequireImageDigest } from "../../../policies/workloads/container-require-image-digest.ts";
import { containerRequireResources } from "../../../policies/workloads/container-require-resources.ts";
import { judge } from "../../policies/judge.ts";
import type { Recorded } from "../record-stack.ts";
import { BACKUP, buildCluster, buildSingle } from "./build-postgres.ts";

const POLICIES = [
  manifestDisallowSecretLiterals,
  containerRequireImageDigest,
  containerRequireResources,
  ...POD_SECURITY.policies,
];

/** What the policies find in the objects of Kubernetes that the component has made. */
async function violationsIn(children: readonly Recorded[]): Promise<string[]> {
  const objects = children.filter(({ type }) => type.startsWith("kubernetes:"));
  const found = objects.flatMap(({ type, inputs }) => {
    const [, apiVersion = "", kind = ""] = type.split(":");
    const object = { ...inputs, apiVersion: apiVersion.replace(/^core\//, ""), kind };
    return POLICIES.map((policy) => judge(policy, object));
  });
  return (await Promise.all(found)).flatMap(({ violations }) => violations);
}

test("the policy pack finds no secret, loose image, missing limit or privilege in a single server", async () => {
  expect(await violationsIn((await buildSingle({ tlsSecretName: "tls" })).children)).toEqual([]);
});

test("the policy pack finds none of them in a cluster", async () => {
  expect(await violationsIn((await buildCluster({ backup: BACKUP })).children)).toEqual([]);
});

test("a loose image would be found", async () => {
  const { children } = await buildSingle({}, { image: "postgres:17" });
  expect(await violationsIn(children)).toEqual([expect.stringContaining("postgres:17")]);
});

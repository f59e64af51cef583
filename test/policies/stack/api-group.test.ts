import { expect, it } from "vitest";
import { Stack } from "../../../policies/manifests/stack.ts";
import { apiGroupOf, groupOf } from "../../../policies/stack/api-group.ts";
import { resourceOf } from "../judge.ts";

it.each([
  ["apps/v1", "apps"],
  ["networking.k8s.io/v1", "networking.k8s.io"],
  ["v1", ""],
  ["core/v1", ""],
  ["", ""],
])("the group of %j is %j", (apiVersion, group) => {
  expect(groupOf(apiVersion)).toBe(group);
});

it.each([
  ["kubernetes:apps/v1:DeploymentList", "Deployment", "apps"],
  ["kubernetes:core/v1:ServiceList", "Service", ""],
])("an item without apiVersion has the group of %s", (type, kind, group) => {
  const stack = new Stack([resourceOf({ items: [{ kind, metadata: { name: "one" } }] }, { type })]);
  expect(stack.ofKind(kind).map(apiGroupOf)).toEqual([group]);
});

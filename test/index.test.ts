import { expect, test } from "vitest";
import { recordStack, only } from "./components/record-stack.ts";
import { validConfig } from "./components/valid-config.ts";

test("debug", async () => {
  const { resources } = await recordStack(validConfig());
  for (const n of ["region-a-coordinator-secret", "region-a-valkey-secret"]) console.log(JSON.stringify(only(resources, "kubernetes:core/v1:Secret", n)));
  console.log(JSON.stringify(only(resources, "kubernetes:apps/v1:Deployment", "region-a-coordinator-deployment"),null,1));
  console.log(JSON.stringify(only(resources, "pulumi:providers:kubernetes", "region-a-cluster"),null,1));
  expect(resources.length).toBe(61);
});

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { loadEnv } from "../agent-runtime/src/env.ts";
import { only, type Recorded, recordStack } from "./components/record-stack.ts";

const IMAGE = `registry.example.com/agent-runtime@sha256:${"1".repeat(64)}`;

/** The shipped stack file as the program's configuration. */
function stackConfig(stack: string): Record<string, unknown> {
  const { config } = parse(readFileSync(`Pulumi.${stack}.yaml`, "utf8"));
  const entries = Object.entries(config).map(([key, value]) => [key.replace("claude-agents:", ""), value]);
  return { ...Object.fromEntries(entries), image: IMAGE };
}

/** The environment of the coordinator's container as Kubernetes would make it, secrets of the cluster filled in. */
function environmentOf(resources: readonly Recorded[], region: string): Record<string, string> {
  const deployment = only(resources, "kubernetes:apps/v1:Deployment", `${region}-coordinator-deployment`);
  const [container] = deployment.inputs.spec.template.spec.containers;
  const configMap = only(resources, "kubernetes:core/v1:ConfigMap", `${region}-coordinator-environment`);
  const secret = only(resources, "kubernetes:core/v1:Secret", `${region}-coordinator-secret`);
  const literal = (container.env ?? []).map((entry: { name: string; value?: string }) => [
    entry.name,
    entry.value ?? "value-from-the-cluster",
  ]);
  return {
    ...configMap.inputs.data,
    ...secret.inputs.stringData,
    ...Object.fromEntries(literal),
  };
}

describe.each(["local", "staging", "prod"])(
  "the environment that the stack %s gives to the runtime",
  (stack) => {
    it("is one that the runtime starts with, in every region", async () => {
      const config = stackConfig(stack);
      const { resources } = await recordStack(config);
      for (const { name } of config["regions"] as { name: string }[]) {
        const env = loadEnv(environmentOf(resources, name));
        expect(env).toMatchObject({ region: name, environment: config["environment"], role: "coordinator" });
      }
    });
  },
);

/**
 * Evaluates the stack's program once without an engine and prints its resources as JSON. Its configuration is in
 * `PULUMI_CONFIG`, as the engine passes it.
 */
import * as pulumi from "@pulumi/pulumi";

const resources: { type: string; name: string; inputs: unknown }[] = [];
await pulumi.runtime.setMocks(
  {
    call: ({ token }) => {
      throw new Error(`the program called ${token}`);
    },
    newResource: ({ name, inputs, type }) => {
      resources.push({ type, name, inputs });
      // What only a provider would know, as far as the program does something with it.
      const password = type.endsWith(":RandomPassword") ? { result: "x".repeat(48) } : {};
      return { id: `${name}-id`, state: { ...inputs, ...password } };
    },
  },
  "claude-agents",
  "bench",
  true,
);
await import("../../index.ts");
await pulumi.runtime.disconnect();
console.log(JSON.stringify(resources));

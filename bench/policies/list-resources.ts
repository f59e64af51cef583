/**
 * Evaluates the stack's program once without an engine and prints its resources as JSON. Its configuration is in
 * `PULUMI_CONFIG`, as the engine passes it.
 */
import * as pulumi from "@pulumi/pulumi";

/** What the engine writes in the place of a text that is not known before the update. */
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const resources: { type: string; name: string; inputs: unknown; provider: string }[] = [];
await pulumi.runtime.setMocks(
  {
    call: ({ token }) => {
      throw new Error(`the program called ${token}`);
    },
    newResource: ({ name, inputs, type, provider = "" }) => {
      // A reference to a provider is its URN, which ends with its name, and its id.
      resources.push({ type, name, inputs, provider: provider.split("::").at(-2) ?? "" });
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
console.log(JSON.stringify(resources, (_, value) => (pulumi.isUnknown(value) ? UNKNOWN : value)));

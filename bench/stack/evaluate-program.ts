/**
 * Evaluates the stack's program once without an engine and prints how long it took, as JSON: first the SDKs, then the
 * program itself. Its configuration is in `PULUMI_CONFIG`, as the engine passes it.
 */
import { createRequire } from "node:module";
import { performance } from "node:perf_hooks";

const begun = performance.now();
const pulumi = await import("@pulumi/pulumi");
await Promise.all([import("@pulumi/kubernetes"), import("@pulumi/random"), import("zod")]);
const imported = performance.now();

let resources = 0;
await pulumi.runtime.setMocks(
  {
    call: ({ token }) => {
      throw new Error(`the program called ${token}`);
    },
    newResource: ({ name, inputs, type }) => {
      resources += 1;
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
const evaluated = performance.now();

const require = createRequire(import.meta.url);
const loadsAws = Object.keys(require.cache).some((file) => file.includes("/@pulumi/aws/"));
console.log(
  JSON.stringify({ importMs: imported - begun, programMs: evaluated - imported, resources, loadsAws }),
);

/** The arrows that docs/architecture.md allows between the parts of the repository; everything else is refused. */
const part = (folder) => `^${folder}/`;
const contract =
  "^agent-runtime/(src/contract\\.ts|src/(config/gateway-config|auth/policy-header)\\.ts|data/models\\.json)$";

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "stack-imports-only-itself-and-the-contract",
      severity: "error",
      from: { path: ["^index\\.ts$", part("components")] },
      to: { path: [part("agent-runtime"), part("policies"), part("local"), part("test")], pathNot: contract },
    },
    {
      name: "runtime-imports-nothing-outside-itself",
      severity: "error",
      from: { path: part("agent-runtime") },
      to: { path: ["^index\\.ts$", part("components"), part("policies"), part("local"), part("test")] },
    },
    {
      name: "policies-import-only-themselves-and-the-contract",
      severity: "error",
      from: { path: part("policies") },
      to: {
        path: ["^index\\.ts$", part("components"), part("agent-runtime"), part("local"), part("test")],
        pathNot: contract,
      },
    },
    {
      name: "no-product-code-imports-local",
      severity: "error",
      from: { pathNot: [part("local"), part("test"), part("bench")] },
      to: { path: part("local") },
    },
    {
      name: "engine-plugins-know-nothing-of-the-rest",
      severity: "error",
      from: { path: "^local/plugins/([^/]+)/" },
      to: {
        path: "^(local|components|policies|agent-runtime|index\\.ts)",
        pathNot: "^local/plugins/($1|protocol)/",
      },
    },
    {
      name: "one-module-imports-the-metrics-library",
      severity: "error",
      from: {
        pathNot: [
          "^agent-runtime/src/metrics/registry\\.ts$",
          // Compares what the registry prints with what the library would.
          "^test/agent-runtime/metrics/registry-text\\.test\\.ts$",
        ],
      },
      to: { path: "node_modules/prom-client" },
    },
    {
      name: "nothing-imports-tests",
      severity: "error",
      from: { pathNot: part("test") },
      to: { path: part("test") },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)dist/" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
      extensions: [".ts", ".js", ".mjs", ".cjs", ".json"],
    },
  },
};

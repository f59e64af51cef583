export const IMAGE = `registry.example.com/agent-runtime@sha256:${"ab".repeat(32)}`;

export const REGION_A = { name: "region-a", context: "region-a" };
export const REGION_B = { name: "region-b", context: "region-b" };

/** The smallest configuration that is complete, with these keys replaced. */
export function validConfig(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    environment: "test",
    image: IMAGE,
    regions: [REGION_A, REGION_B],
    upstream: { mode: "simulated" },
    ...changes,
  };
}

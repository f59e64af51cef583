import { describe, expect, test } from "vitest";
import { valkeySchema } from "../../components/config/valkey-schema.ts";

describe("the store's configuration", () => {
  test("has an exporter of metrics unless it is switched off", () => {
    expect(valkeySchema.parse({}).exporter).toMatchObject({
      enabled: true,
      image: expect.stringMatching(/^oliver006\/redis_exporter:v[\d.]+@sha256:[0-9a-f]{64}$/),
      requests: { cpu: "10m", memory: "32Mi" },
      limits: { cpu: "100m", memory: "64Mi" },
    });
    expect(valkeySchema.parse({ exporter: { enabled: false } }).exporter.enabled).toBe(false);
  });

  test.each([
    ["an exporter without a digest", { exporter: { image: "oliver006/redis_exporter:v1.89.0" } }],
    [
      "an exporter that asks for more than it may use",
      { exporter: { requests: { cpu: "1", memory: "32Mi" } } },
    ],
    ["an unknown key", { exporter: { port: 9121 } }],
    ["an even number of pods", { replicas: 4 }],
    ["a quorum that is no majority", { replicas: 5, quorum: 2 }],
  ])("refuses %s", (_, config) => {
    expect(valkeySchema.safeParse(config).success).toBe(false);
  });
});

import { describe, expect, it } from "vitest";
import { ENV } from "../../../agent-runtime/src/contract.ts";
import { applyOverlay, hostOverlay } from "../../../local/region/host-overlay.ts";

const OPTIONS = {
  address: "127.77.0.1",
  mounts: [{ mountPath: "/app/config", hostPath: "/state/mounts/app/config" }],
};

/** What the overlay makes of an environment. */
function overlaid(env: Record<string, string>) {
  return applyOverlay(env, hostOverlay(env, OPTIONS));
}

describe("hostOverlay", () => {
  it("makes the process listen on its region's address, whatever the pod would do", () => {
    expect(overlaid({ [ENV.host]: "0.0.0.0" })).toEqual({ [ENV.host]: "127.77.0.1" });
    expect(overlaid({})).toEqual({ [ENV.host]: "127.77.0.1" });
  });

  it("drops what leads to stores that simulated pods do not run", () => {
    const env = {
      [ENV.redisUrl]: "redis://x",
      [ENV.redisPassword]: "p",
      [ENV.databaseUrl]: "d",
      VALKEY_PASSWORD: "p",
    };

    expect(Object.keys(overlaid(env))).toEqual([ENV.host]);
  });

  it.each([
    ["/app/config", "/state/mounts/app/config"],
    ["/app/config/limits.yaml", "/state/mounts/app/config/limits.yaml"],
    ["/app/configuration", "/app/configuration"],
    ["/elsewhere/app/config", "/elsewhere/app/config"],
  ])("points %s at %s", (value, moved) => {
    expect(overlaid({ CONFIG_DIR: value })).toMatchObject({ CONFIG_DIR: moved });
  });

  it("leaves everything else as it is in the pod", () => {
    const env = { [ENV.region]: "region-a", [ENV.httpPort]: "8080", [ENV.anthropicApiKey]: "key" };

    expect(overlaid(env)).toEqual({ ...env, [ENV.host]: "127.77.0.1" });
  });

  it("names each difference with its reason, and shows no value that it drops", () => {
    const overlay = hostOverlay({ [ENV.redisPassword]: "hidden", OTHER: "1" }, OPTIONS);

    expect(overlay).toEqual([
      {
        name: ENV.host,
        action: "set",
        value: "127.77.0.1",
        reason: "every region listens on a loopback address of its own",
      },
      { name: ENV.redisPassword, action: "drop", reason: "stores are embedded: simulated pods run none" },
    ]);
  });
});

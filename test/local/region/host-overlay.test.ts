import { describe, expect, it } from "vitest";
import { ENV } from "../../../agent-runtime/src/contract.ts";
import { applyOverlay, hostOverlay } from "../../../local/region/host-overlay.ts";

const OPTIONS = {
  address: "127.77.0.1",
  mounts: [{ mountPath: "/app/files", hostPath: "/state/mounts/app/files" }],
  dataFolder: "/state/data",
};

/** What every process listens on. */
const LISTENING = { [ENV.host]: "127.77.0.1", [ENV.opsHost]: "127.77.0.1" };

/** What the overlay makes of an environment. */
function overlaid(env: Record<string, string>) {
  return applyOverlay(env, hostOverlay(env, OPTIONS));
}

describe("hostOverlay", () => {
  it("makes both servers listen on the region's address, whatever the pod would do", () => {
    expect(overlaid({ [ENV.host]: "0.0.0.0", [ENV.opsHost]: "127.0.0.1" })).toEqual(LISTENING);
    expect(overlaid({})).toEqual(LISTENING);
  });

  it("drops what leads to stores that simulated pods do not run", () => {
    const env = {
      [ENV.redisUrl]: "redis://x",
      [ENV.redisPassword]: "p",
      [ENV.databaseUrl]: "d",
      VALKEY_PASSWORD: "p",
    };

    expect(overlaid(env)).toEqual(LISTENING);
  });

  it.each([
    ["/app/files", "/state/mounts/app/files"],
    ["/app/files/limits.yaml", "/state/mounts/app/files/limits.yaml"],
    ["/app/filesystem", "/app/filesystem"],
    ["/elsewhere/app/files", "/elsewhere/app/files"],
  ])("points %s at %s", (value, moved) => {
    expect(overlaid({ FILES: value })).toMatchObject({ FILES: moved });
  });

  it.each([
    ["is not told", {}],
    ["is told", { [ENV.configDir]: "/app/config" }],
  ])("points the runtime at the mounted configuration where it %s of it", (_, env) => {
    const mounts = [{ mountPath: "/app/config", hostPath: "/state/mounts/app/config" }];
    const overlay = hostOverlay(env, { ...OPTIONS, mounts });
    expect(applyOverlay(env, overlay)).toEqual({ ...LISTENING, [ENV.configDir]: "/state/mounts/app/config" });
  });

  it("leaves the runtime to a configuration of its own choice", () => {
    const mounts = [{ mountPath: "/app/config", hostPath: "/state/mounts/app/config" }];
    const env = { [ENV.configDir]: "/etc/gateway" };
    expect(applyOverlay(env, hostOverlay(env, { ...OPTIONS, mounts }))).toEqual({ ...LISTENING, ...env });
  });

  it("keeps data in the region's state, where there is any to keep", () => {
    expect(overlaid({ [ENV.dataDir]: "/data" })).toEqual({ ...LISTENING, [ENV.dataDir]: "/state/data" });
    expect(overlaid({})).not.toHaveProperty(ENV.dataDir);
  });

  it("leaves everything else as it is in the pod", () => {
    const env = { [ENV.region]: "region-a", [ENV.httpPort]: "8080", [ENV.anthropicApiKey]: "key" };

    expect(overlaid(env)).toEqual({ ...env, ...LISTENING });
  });

  it("names each difference with its reason, and shows no value that it drops", () => {
    const overlay = hostOverlay({ [ENV.redisPassword]: "hidden", OTHER: "1" }, OPTIONS);

    const reason = "every region listens on a loopback address of its own";
    expect(overlay).toEqual([
      { name: ENV.host, action: "set", value: "127.77.0.1", reason },
      { name: ENV.opsHost, action: "set", value: "127.77.0.1", reason },
      { name: ENV.redisPassword, action: "drop", reason: "stores are embedded: simulated pods run none" },
    ]);
  });
});

import { afterEach, describe, expect, it } from "vitest";
import { Policies } from "../../../agent-runtime/src/auth/policies.ts";
import { ConfigError } from "../../../agent-runtime/src/config/config-error.ts";
import { loadGatewayConfig } from "../../../agent-runtime/src/config/load-gateway-config.ts";
import { loadMounted } from "../../../agent-runtime/src/config/load-mounted.ts";
import { loadModels } from "../../../agent-runtime/src/gateway/models.ts";
import { createConfigFolder } from "./config-folder.ts";
import { createReloadRecorder } from "./reload-recorder.ts";

const cleanUps: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

describe("the mounted files at start", () => {
  it("are all refused in one message when several are faulty", async () => {
    const { path: folder, remove } = await createConfigFolder({
      "gateway.yaml": "processShare: 2",
      "team.cedar": "permit (",
    });
    cleanUps.push(remove);
    const { log, reloads } = createReloadRecorder();
    const load = () =>
      loadMounted({
        config: () => loadGatewayConfig({ folder, models: loadModels(), log, reloads }),
        policies: () => new Policies({ folder, log, reloads }),
      });
    expect(load).toThrow(ConfigError);
    expect(load).toThrow(/2 fault\(s\):\n {2}gateway\.yaml: processShare: .*\n {2}team\.cedar:1: /);
  });

  it("are handed over by name when all are good", () => {
    expect(loadMounted({ one: () => 1, two: () => "2" })).toEqual({ one: 1, two: "2" });
  });

  it("do not hide a fault of the program", () => {
    const fault = new TypeError("not a function");
    const parts = {
      config: () => {
        throw new ConfigError([{ path: "a", allowed: "b" }]);
      },
      policies: () => {
        throw fault;
      },
    };
    expect(() => loadMounted(parts)).toThrow(fault);
  });
});

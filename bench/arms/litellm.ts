import { writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { stringify } from "yaml";
import { findFreePorts } from "../../local/region/free-ports.ts";
import { MODELS } from "../mock/answers.ts";
import { ensurePeer, type Peer } from "../peers/peer-cache.ts";
import { type Arm, CALLER_KEY, type StartOptions, UPSTREAM_KEY } from "./arm.ts";
import { startArm } from "./start-arm.ts";

/** Later ones ask for companion packages that the registry does not serve. */
const VERSION = "1.108.7";

const peer: Peer = {
  name: "litellm",
  version: VERSION,
  async install(folder, signal) {
    const options = { cancelSignal: signal, stdin: "ignore" } as const;
    await execa("python3", ["-m", "venv", path.join(folder, "venv")], options);
    const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:"];
    await execa(pythonIn(folder), [...pip, `litellm[proxy]==${VERSION}`], options);
  },
};

/** LiteLLM's proxy of one worker, without a database. */
export const litellm: Arm = {
  name: "litellm",
  role: "peer",
  canFallBack: true,
  async install(bench) {
    await ensurePeer(peer, bench);
    return VERSION;
  },
  async start(bench, options) {
    const folder = await ensurePeer(peer, bench);
    const [port = 0] = await findFreePorts(1);
    const configFile = path.join(bench.folder, `litellm-${port}.yaml`);
    await writeFile(configFile, stringify(configuration(options)));
    const where = ["--config", configFile, "--host", "127.0.0.1", "--port", String(port)];
    return startArm(bench, {
      name: "litellm",
      file: pythonIn(folder),
      args: [
        path.join(folder, "venv", "bin", "litellm"),
        ...where,
        "--num_workers",
        "1",
        "--telemetry",
        "False",
      ],
      // Its table of prices comes from its own package, not from the network.
      env: { LITELLM_LOCAL_MODEL_COST_MAP: "True", LITELLM_MODE: "PRODUCTION", LITELLM_LOG: "ERROR" },
      cwd: folder,
      port,
      readyPath: "/health/liveliness",
      readyTimeoutMs: 120_000,
    });
  },
};

const pythonIn = (folder: string) => path.join(folder, "venv", "bin", "python");

function configuration({ upstreamUrl, fallback }: StartOptions) {
  const deployments = Object.values(MODELS).map((model) => ({
    model_name: model,
    litellm_params: { model: `anthropic/${model}`, api_base: upstreamUrl, api_key: UPSTREAM_KEY },
  }));
  return {
    model_list: deployments,
    general_settings: { master_key: CALLER_KEY },
    litellm_settings: { num_retries: 0, request_timeout: 60, telemetry: false },
    router_settings: {
      num_retries: 0,
      // A model that has failed is asked again each time: it is the fallback that is measured.
      disable_cooldowns: true,
      ...(fallback === undefined ? {} : { fallbacks: [{ [fallback.from]: [fallback.to] }] }),
    },
  };
}

import * as grpc from "@grpc/grpc-js";
import type { ILanguageRuntimeServer } from "@pulumi/pulumi/proto/language_grpc_pb.js";
import type {
  RunPluginRequest,
  RunPluginResponse,
  RunRequest,
  RunResponse,
} from "@pulumi/pulumi/proto/language_pb.js";
import language from "@pulumi/pulumi/proto/language_pb.js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import { version as sdkVersion } from "@pulumi/pulumi/version.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { buildPluginLaunch, buildProgramLaunch, type Launch } from "./launch.ts";
import type { NodeProcesses } from "./node-processes.ts";

/** What the SDK's entry exits with after it has told the user itself what is wrong. */
const EXIT_CODE_BAIL = 32;

/**
 * The part of pulumirpc.LanguageRuntime that deployments use. Code generation, packing, linking and installing are
 * not offered: the engine reports them as unimplemented.
 */
export function createLanguageService(
  engineAddress: string,
  processes: NodeProcesses,
): grpc.UntypedServiceImplementation {
  const service: Partial<ILanguageRuntimeServer> = {
    handshake: (_call, respond) => respond(null, new language.LanguageHandshakeResponse()),
    getPluginInfo: (_call, respond) => respond(null, new plugin.PluginInfo().setVersion(sdkVersion)),
    // Nothing is required in advance: the engine looks for a plugin when the program first needs it.
    getRequiredPackages: (_call, respond) => respond(null, new language.GetRequiredPackagesResponse()),
    getProgramDependencies: (_call, respond) => respond(null, new language.GetProgramDependenciesResponse()),
    about: (_call, respond) => respond(null, about()),
    run: (call, respond) => {
      const ended = runProgram(call.request, engineAddress, processes);
      ended.then(
        (response) => respond(null, response),
        (error) => respond(asServiceError(error)),
      );
    },
    runPlugin: (call) => runPlugin(call, processes),
    cancel: (_call, respond) => {
      processes.endAll();
      respond(null, new empty.Empty());
    },
  };
  return service as grpc.UntypedServiceImplementation;
}

function about() {
  return new language.AboutResponse().setExecutable(process.execPath).setVersion(process.version);
}

async function runProgram(
  request: RunRequest,
  engineAddress: string,
  processes: NodeProcesses,
): Promise<RunResponse> {
  const launch = buildProgramLaunch(request, engineAddress);
  // The engine shows whatever this host prints, so the program prints straight into its streams.
  const child = start(launch, processes, ["ignore", "inherit", "inherit"]);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(programResult(code, signal)));
  });
}

function programResult(code: number | null, signal: NodeJS.Signals | null): RunResponse {
  const response = new language.RunResponse();
  if (code === 0) return response;
  if (code === EXIT_CODE_BAIL) return response.setBail(true);
  return response.setError(`the program ended with ${signal ?? `exit code ${code}`}`);
}

function runPlugin(
  call: grpc.ServerWritableStream<RunPluginRequest, RunPluginResponse>,
  processes: NodeProcesses,
): void {
  try {
    const child = start(buildPluginLaunch(call.request), processes, ["ignore", "pipe", "pipe"]);
    child.stdout?.on("data", (data: Buffer) => call.write(new language.RunPluginResponse().setStdout(data)));
    child.stderr?.on("data", (data: Buffer) => call.write(new language.RunPluginResponse().setStderr(data)));
    child.once("error", (error) => call.emit("error", asServiceError(error)));
    child.once("close", (code) => {
      call.write(new language.RunPluginResponse().setExitcode(code ?? 1));
      call.end();
    });
    // This is how the engine ends a plugin; SIGKILL because a policy pack holds nothing worth saving.
    call.once("cancelled", () => child.kill("SIGKILL"));
  } catch (error) {
    call.emit("error", asServiceError(error));
  }
}

function start(launch: Launch, processes: NodeProcesses, stdio: ("ignore" | "inherit" | "pipe")[]) {
  return processes.start(launch.args, { cwd: launch.cwd, env: launch.env, stdio });
}

function asServiceError(error: unknown): Partial<grpc.StatusObject> & Error {
  const message = error instanceof Error ? error.message : String(error);
  return Object.assign(new Error(message), { code: grpc.status.FAILED_PRECONDITION, details: message });
}

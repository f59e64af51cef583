import { createRequire } from "node:module";
import path from "node:path";
import type { ProgramInfo, RunPluginRequest, RunRequest } from "@pulumi/pulumi/proto/language_pb.js";

/** How to start one Node process: its arguments, working folder and complete environment. */
export interface Launch {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * The process that runs a program: the SDK's own entry `cmd/run` with the addresses of engine and monitor.
 *
 * @throws Error when the program's folder has no `@pulumi/pulumi` installed.
 */
export function buildProgramLaunch(request: RunRequest, engineAddress: string): Launch {
  const info = requireInfo(request.getInfo());
  const flags = {
    monitor: request.getMonitorAddress(),
    engine: engineAddress,
    project: request.getProject(),
    stack: request.getStack(),
    organization: request.getOrganization(),
    "root-directory": info.getRootDirectory(),
    pwd: request.getPwd(),
    parallel: String(request.getParallel()),
  };
  return {
    args: [
      ...nodeArguments(info),
      resolveEntry(info.getProgramDirectory(), "run"),
      ...Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]),
      ...(request.getDryrun() ? ["--dry-run"] : []),
      info.getEntryPoint(),
      ...request.getArgsList(),
    ],
    cwd: request.getPwd(),
    env: {
      ...process.env,
      ...typescriptSetting(info),
      PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().toArray())),
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    },
  };
}

/**
 * The process that runs a policy pack or another plugin written for Node.
 *
 * @throws Error when the plugin's folder has no `@pulumi/pulumi` installed.
 */
export function buildPluginLaunch(request: RunPluginRequest): Launch {
  const info = requireInfo(request.getInfo());
  const folder = info.getProgramDirectory();
  const entry = request.getKind() === "analyzer" ? "run-policy-pack" : "run-plugin";
  return {
    args: [...nodeArguments(info), resolveEntry(folder, entry), ...request.getArgsList(), folder],
    cwd: request.getPwd(),
    env: { ...process.env, ...typescriptSetting(info), ...parseAssignments(request.getEnvList()) },
  };
}

function requireInfo(info: ProgramInfo | undefined): ProgramInfo {
  if (info === undefined)
    throw new Error("The engine did not say which program to run; its version is too old for this host.");
  return info;
}

function resolveEntry(folder: string, entry: string): string {
  try {
    return createRequire(path.join(folder, "package.json")).resolve(`@pulumi/pulumi/cmd/${entry}`);
  } catch {
    throw new Error(`@pulumi/pulumi is not installed for ${folder}. Run npm ci there.`);
  }
}

function options(info: ProgramInfo): Readonly<Record<string, unknown>> {
  return info.getOptions()?.toJavaScript() ?? {};
}

/** `runtime.options.nodeargs` of Pulumi.yaml: arguments for Node itself, separated by spaces. */
function nodeArguments(info: ProgramInfo): string[] {
  const value = options(info)["nodeargs"];
  return typeof value === "string" ? value.split(/\s+/).filter((argument) => argument !== "") : [];
}

/** `runtime.options.typescript` of Pulumi.yaml: `false` leaves TypeScript to Node, everything else to ts-node. */
function typescriptSetting(info: ProgramInfo): { PULUMI_NODEJS_TYPESCRIPT: string } {
  return { PULUMI_NODEJS_TYPESCRIPT: String(options(info)["typescript"] !== false) };
}

function parseAssignments(assignments: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    assignments.map((assignment) => {
      const separator = assignment.indexOf("=");
      return [assignment.slice(0, separator), assignment.slice(separator + 1)];
    }),
  );
}

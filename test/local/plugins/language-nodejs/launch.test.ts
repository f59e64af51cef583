import language from "@pulumi/pulumi/proto/language_pb.js";
import structs from "google-protobuf/google/protobuf/struct_pb.js";
import { describe, expect, it } from "vitest";
import { buildPluginLaunch, buildProgramLaunch } from "../../../../local/plugins/language-nodejs/launch.ts";

const FOLDER = import.meta.dirname;

function info(options: Record<string, string | boolean> = {}, folder = FOLDER) {
  return new language.ProgramInfo()
    .setRootDirectory("/project")
    .setProgramDirectory(folder)
    .setEntryPoint("index.ts")
    .setOptions(structs.Struct.fromJavaScript(options));
}

function programRequest(options?: Record<string, string | boolean>) {
  const request = new language.RunRequest()
    .setProject("shop")
    .setStack("local")
    .setOrganization("organization")
    .setPwd(FOLDER)
    .setParallel(8)
    .setMonitorAddress("127.0.0.1:1")
    .setArgsList(["extra"])
    .setConfigsecretkeysList(["shop:key"])
    .setInfo(info(options));
  request.getConfigMap().set("shop:replicas", "2").set("shop:key", "hidden");
  return request;
}

describe("a program", () => {
  it("is started by the entry of its own SDK with everything that the engine said", () => {
    const { args, cwd } = buildProgramLaunch(programRequest(), "127.0.0.1:2");
    expect(args).toEqual([
      expect.stringMatching(/@pulumi\/pulumi\/cmd\/run\/index\.js$/),
      ...["--monitor", "127.0.0.1:1", "--engine", "127.0.0.1:2", "--project", "shop", "--stack", "local"],
      ...[
        "--organization",
        "organization",
        "--root-directory",
        "/project",
        "--pwd",
        FOLDER,
        "--parallel",
        "8",
      ],
      ...["index.ts", "extra"],
    ]);
    expect(cwd).toBe(FOLDER);
  });

  it("is told of a preview", () => {
    expect(buildProgramLaunch(programRequest().setDryrun(true), "e").args).toContain("--dry-run");
  });

  it("finds its settings and the keys of secret ones in its environment", () => {
    const { env } = buildProgramLaunch(programRequest(), "e");
    expect(JSON.parse(env["PULUMI_CONFIG"] ?? "")).toEqual({ "shop:replicas": "2", "shop:key": "hidden" });
    expect(JSON.parse(env["PULUMI_CONFIG_SECRET_KEYS"] ?? "")).toEqual(["shop:key"]);
  });

  it.each([
    [{ typescript: false }, "false"],
    [{ typescript: true }, "true"],
    [{}, "true"],
  ])("with options %j has TypeScript compiled by the SDK: %s", (options, expected) => {
    expect(buildProgramLaunch(programRequest(options), "e").env["PULUMI_NODEJS_TYPESCRIPT"]).toBe(expected);
  });

  it("gets arguments for Node before everything else", () => {
    const { args } = buildProgramLaunch(programRequest({ nodeargs: " --trace-warnings  --no-addons " }), "e");
    expect(args.slice(0, 2)).toEqual(["--trace-warnings", "--no-addons"]);
  });

  it("without an SDK is refused with what to do", () => {
    const request = programRequest().setInfo(info({}, "/nowhere"));
    expect(() => buildProgramLaunch(request, "e")).toThrow(
      "@pulumi/pulumi is not installed for /nowhere. Run npm ci there.",
    );
  });
});

describe("a plugin", () => {
  const request = new language.RunPluginRequest()
    .setPwd("/work")
    .setArgsList(["127.0.0.1:2"])
    .setEnvList(["TOKEN=a=b", "EMPTY="])
    .setInfo(info());

  it.each([
    ["analyzer", "run-policy-pack"],
    ["resource", "run-plugin"],
  ])("of kind %s is started by %s with its folder as the last argument", (kind, entry) => {
    const { args, cwd } = buildPluginLaunch(request.clone().setKind(kind));
    expect(args).toEqual([
      expect.stringMatching(new RegExp(`/cmd/${entry}/index\\.js$`)),
      "127.0.0.1:2",
      FOLDER,
    ]);
    expect(cwd).toBe("/work");
  });

  it("gets the variables that the engine names, values with equals signs too", () => {
    expect(buildPluginLaunch(request).env).toMatchObject({ TOKEN: "a=b", EMPTY: "" });
  });
});

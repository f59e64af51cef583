import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, rm, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundlePolicies, PACK_FOLDER } from "../../policies/bundle.ts";
import { POLICIES } from "../../policies/policies.ts";
import { UNKNOWN } from "./judge.ts";
import { deployment, podSpecWith } from "./workloads.ts";

const require = createRequire(join(PACK_FOLDER, "package.json"));
const pulumiRequire = createRequire(require.resolve("@pulumi/pulumi"));

interface Diagnostic {
  readonly policyname: string;
  readonly message: string;
  readonly enforcementlevel: number;
}

/** The engine's messages, as far as these tests use them; the generated code carries no types that fit. */
interface Message {
  toObject(): { diagnosticsList: Diagnostic[]; policiesList: { name: string }[] };
}
type Call = (request: unknown, callback: (error: Error | null, response: Message) => void) => void;
type Setter = Record<string, (value: unknown) => void>;

const { AnalyzerClient } = require("@pulumi/pulumi/proto/analyzer_grpc_pb") as {
  AnalyzerClient: new (address: string, credentials: unknown) => Record<string, Call> & { close(): void };
};
const messages = require("@pulumi/pulumi/proto/analyzer_pb") as Record<string, new () => Setter> & {
  EnforcementLevel: Record<"ADVISORY" | "MANDATORY", number>;
};
const { credentials } = pulumiRequire("@grpc/grpc-js") as { credentials: { createInsecure(): unknown } };
const { Struct } = pulumiRequire("google-protobuf/google/protobuf/struct_pb") as {
  Struct: { fromJavaScript(value: object): unknown };
};
const { Empty } = pulumiRequire("google-protobuf/google/protobuf/empty_pb") as { Empty: new () => unknown };

let folder: string;
let pack: ChildProcess;
let client: InstanceType<typeof AnalyzerClient>;

/** Starts the pack as the engine's language host does: the SDK's launcher, on the bundled file, printing its port. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "policy-pack-"));
  await bundlePolicies(join(folder, "dist"));
  for (const file of ["package.json", "PulumiPolicy.yaml"])
    await cp(join(PACK_FOLDER, file), join(folder, file));
  await symlink(join(PACK_FOLDER, "..", "node_modules"), join(folder, "node_modules"));
  const launcher = require.resolve("@pulumi/pulumi/cmd/run-policy-pack");
  pack = spawn(process.execPath, [launcher, "127.0.0.1:1", folder], {
    cwd: folder,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [port] = (await once(pack.stdout as NodeJS.ReadableStream, "data")) as [Buffer];
  client = new AnalyzerClient(`127.0.0.1:${String(port).trim()}`, credentials.createInsecure());
});

afterAll(async () => {
  client?.close();
  if (pack?.exitCode === null) {
    pack.kill();
    await once(pack, "exit");
  }
  await rm(folder, { recursive: true, force: true });
});

describe("the bundled pack under the SDK's launcher", () => {
  it("offers every policy", async () => {
    const { policiesList } = (await call("getAnalyzerInfo", new Empty())).toObject();
    expect(policiesList.map(({ name }) => name)).toEqual(POLICIES.map(({ name }) => name));
  });

  it("passes a Deployment that keeps every policy", async () => {
    expect(await analyze(deployment())).toEqual([]);
  });

  it("refuses an image by a tag that moves as mandatory violations of both policies that it breaks", async () => {
    const { MANDATORY } = messages.EnforcementLevel;
    const found = await analyze(deployment(podSpecWith("containers", { image: "nginx:latest" })));
    expect(found.map(summaryOf)).toEqual([
      ["container-disallow-latest-tag", MANDATORY, expect.stringContaining("containers[1].image")],
      ["container-require-image-digest", MANDATORY, expect.stringContaining('only the tag "latest"')],
    ]);
  });

  it("reports a value that is not known yet as advice that names it, of every policy that asks for it", async () => {
    const { ADVISORY } = messages.EnforcementLevel;
    const place = expect.stringContaining(
      "not known before the update: .spec.template.spec.containers[1].image",
    );
    const found = await analyze(deployment(podSpecWith("containers", { image: UNKNOWN })));
    expect(found.map(summaryOf)).toEqual([
      ["container-disallow-latest-tag", ADVISORY, place],
      ["container-limit-registries", ADVISORY, place],
      ["container-require-image-digest", ADVISORY, place],
    ]);
  });

  it("answers with an error that names the resource where a policy cannot judge", async () => {
    await expect(analyze(deployment({ containers: "none" }))).rejects.toThrow(
      "could not judge urn:pulumi:test::claude-agents::kubernetes:apps/v1:Deployment::subject",
    );
  });

  it("sees what a Pulumi secret holds, because it stands readable in the object", async () => {
    const secret = {
      "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
      value: "hunter2",
    };
    const configMap = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "subject" },
      data: { password: secret },
    };
    expect(await analyze(configMap, "kubernetes:core/v1:ConfigMap")).toHaveLength(1);
  });
});

function summaryOf({ policyname, enforcementlevel, message }: Diagnostic) {
  return [policyname, enforcementlevel, message];
}

async function analyze(properties: object, type = "kubernetes:apps/v1:Deployment"): Promise<Diagnostic[]> {
  const request = message("AnalyzeRequest", {
    setType: type,
    setName: "subject",
    setUrn: `urn:pulumi:test::claude-agents::${type}::subject`,
    setProperties: Struct.fromJavaScript(properties),
    setOptions: message("AnalyzerResourceOptions", {}),
  });
  return (await call("analyze", request)).toObject().diagnosticsList;
}

function message(name: string, setters: Record<string, unknown>): unknown {
  const Message = messages[name];
  if (Message === undefined) throw new Error(`the engine's protocol has no message ${name}`);
  const instance = new Message();
  for (const [setter, value] of Object.entries(setters)) instance[setter]?.(value);
  return instance;
}

function call(method: string, request: unknown): Promise<Message> {
  return new Promise((resolve, reject) => {
    client[method]?.(request, (error, response) => (error ? reject(error) : resolve(response)));
  });
}

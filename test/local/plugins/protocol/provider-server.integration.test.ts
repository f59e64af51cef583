import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import grpc from "@grpc/grpc-js";
import pluginService from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import providerProto from "@pulumi/pulumi/proto/provider_pb.js";
import statusProto from "@pulumi/pulumi/proto/status_pb.js";
import emptyProto from "google-protobuf/google/protobuf/empty_pb.js";
import structProto from "google-protobuf/google/protobuf/struct_pb.js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { secret } from "../../../../local/plugins/protocol/property-value.ts";

type Callback<T> = (error: grpc.ServiceError | null, response: T) => void;

const echoPlugin = new URL("./echo-plugin.ts", import.meta.url).pathname;
const struct = (value: Record<string, structProto.JavaScriptValue>) =>
  structProto.Struct.fromJavaScript(value);
const answerOf = <T>(call: (done: Callback<T>) => unknown): Promise<T> =>
  new Promise((resolve, reject) => {
    call((error, response) => (error ? reject(error) : resolve(response)));
  });

describe("a provider plugin's server", () => {
  let plugin: ChildProcess;
  let client: pluginService.ResourceProviderClient;

  beforeEach(async () => {
    plugin = spawn(process.execPath, [echoPlugin], { stdio: ["ignore", "pipe", "inherit"] });
    const port = await firstLine(plugin);
    client = new pluginService.ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  });

  afterEach(() => {
    client.close();
    plugin.kill("SIGKILL");
  });

  const create = (inputs: Record<string, structProto.JavaScriptValue>) =>
    answerOf<providerProto.CreateResponse>((done) =>
      client.create(new providerProto.CreateRequest().setProperties(struct(inputs)), done),
    );

  it("tells its version", async () => {
    const info = await answerOf<{ getVersion(): string }>((done) =>
      client.getPluginInfo(new emptyProto.Empty(), done),
    );

    expect(info.getVersion()).toBe("1.2.3");
  });

  it("announces previews and secrets when it is configured", async () => {
    const answer = await answerOf<providerProto.ConfigureResponse>((done) =>
      client.configure(new providerProto.ConfigureRequest(), done),
    );

    expect(answer.toObject()).toMatchObject({ supportspreview: true, acceptsecrets: true });
  });

  it("marks outputs secret where the inputs were", async () => {
    const made = await create({ password: secret("hunter2"), user: "u" });

    expect(made.getId()).toBe("made");
    expect(made.getProperties()?.toJavaScript()).toEqual({ password: secret("hunter2"), user: "u" });
  });

  it("keeps a half-made resource in the state, its secrets hidden", async () => {
    const error = (await create({ fail: true, password: secret("hunter2") }).catch(
      (e: unknown) => e,
    )) as grpc.ServiceError;
    const [details] = error.metadata.get("grpc-status-details-bin");
    const status = statusProto.Status.deserializeBinary(details as Buffer);
    const kept = providerProto.ErrorResourceInitFailed.deserializeBinary(
      status.getDetailsList()[0]?.getValue_asU8() ?? new Uint8Array(),
    );

    expect(kept.getId()).toBe("half");
    expect(kept.getReasonsList()).toEqual(["half made"]);
    expect(kept.getProperties()?.toJavaScript()).toEqual({ fail: true, password: secret("hunter2") });
    expect(kept.getInputs()?.toJavaScript()).toEqual({ fail: true, password: secret("hunter2") });
  });

  it("passes the message of any other error on", async () => {
    await expect(create({ refuse: true })).rejects.toMatchObject({ details: "refused" });
  });

  it("reports what Check refuses", async () => {
    const answer = await answerOf<providerProto.CheckResponse>((done) =>
      client.check(new providerProto.CheckRequest().setNews(struct({ bad: 1 })), done),
    );

    expect(answer.toObject().failuresList).toEqual([{ property: "bad", reason: "bad is not allowed" }]);
  });

  it("answers Diff with each change", async () => {
    const request = new providerProto.DiffRequest()
      .setOldInputs(struct({ a: 1, b: 1 }))
      .setNews(struct({ a: 2, c: 1 }));
    const answer = await answerOf<providerProto.DiffResponse>((done) => client.diff(request, done));

    expect(answer.getDiffsList()).toEqual(["a", "b", "c"]);
    expect(answer.getChanges()).toBe(providerProto.DiffResponse.DiffChanges.DIFF_SOME);
    expect(answer.getDetaileddiffMap().get("b")?.getKind()).toBe(providerProto.PropertyDiff.Kind.DELETE);
  });

  it("answers Read of a missing resource with an empty id", async () => {
    const answer = await answerOf<providerProto.ReadResponse>((done) =>
      client.read(new providerProto.ReadRequest().setId("gone"), done),
    );

    expect(answer.getId()).toBe("");
  });

  it("refuses functions that the plugin does not have", async () => {
    const request = new providerProto.InvokeRequest().setTok("echo:index:shout");
    const answer = answerOf<providerProto.InvokeResponse>((done) => client.invoke(request, done));

    await expect(answer).rejects.toMatchObject({ details: expect.stringContaining("echo:index:shout") });
  });

  it("leaves calls it does not have unimplemented", async () => {
    const request = new providerProto.ProviderHandshakeRequest();
    const answer = answerOf<providerProto.ProviderHandshakeResponse>((done) =>
      client.handshake(request, done),
    );

    await expect(answer).rejects.toMatchObject({ code: grpc.status.UNIMPLEMENTED });
  });

  it("ends on SIGINT", async () => {
    const ended = once(plugin, "exit");
    plugin.kill("SIGINT");

    expect(await ended).toEqual([0, null]);
  });
});

it("ends when the engine that started it was killed", async () => {
  const startsPlugin = `const p = require("node:child_process").spawn(process.execPath, [${JSON.stringify(echoPlugin)}], { stdio: ["ignore", "inherit", "inherit"] }); setInterval(() => p, 1000);`;
  const engine = spawn(process.execPath, ["-e", startsPlugin], { stdio: ["ignore", "pipe", "inherit"] });
  await firstLine(engine);
  const pipeClosed = once(engine, "close");
  engine.kill("SIGKILL");

  await pipeClosed;
});

/** The port; the pipe it came through closes when the last process holding it has ended. */
async function firstLine(started: ChildProcess): Promise<string> {
  if (!started.stdout) throw new Error("standard output is not piped");
  const [line] = (await once(createInterface(started.stdout), "line")) as [string];
  return line;
}

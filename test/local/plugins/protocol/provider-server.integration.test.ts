import { spawn } from "node:child_process";
import { once } from "node:events";
import grpc from "@grpc/grpc-js";
import type { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb.js";
import providerProto from "@pulumi/pulumi/proto/provider_pb.js";
import statusProto from "@pulumi/pulumi/proto/status_pb.js";
import emptyProto from "google-protobuf/google/protobuf/empty_pb.js";
import structProto from "google-protobuf/google/protobuf/struct_pb.js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { secret } from "../../../../local/plugins/protocol/property-value.ts";
import { firstLine, type StartedPlugin, startPlugin } from "./started-plugin.ts";

type Properties = Record<string, structProto.JavaScriptValue>;

const echoPlugin = new URL("./echo-plugin.ts", import.meta.url).pathname;
const struct = (value: Properties) => structProto.Struct.fromJavaScript(value);

describe("a provider plugin's server", () => {
  let plugin: StartedPlugin;

  beforeEach(async () => {
    plugin = await startPlugin(echoPlugin);
  });
  afterEach(() => plugin?.stop());

  const create = (inputs: Properties) => {
    const request = new providerProto.CreateRequest().setProperties(struct(inputs));
    return plugin.answerOf<providerProto.CreateResponse>((client, done) => client.create(request, done));
  };

  it("tells its version", async () => {
    const info = await plugin.answerOf<PluginInfo>((client, done) =>
      client.getPluginInfo(new emptyProto.Empty(), done),
    );

    expect(info.getVersion()).toBe("1.2.3");
  });

  it("announces previews and secrets when it is configured", async () => {
    const request = new providerProto.ConfigureRequest();
    const answer = await plugin.answerOf<providerProto.ConfigureResponse>((client, done) =>
      client.configure(request, done),
    );

    expect(answer.toObject()).toMatchObject({ supportspreview: true, acceptsecrets: true });
  });

  it("marks outputs secret where the inputs were", async () => {
    const made = await create({ password: secret("hunter2"), user: "u" });

    expect(made.getId()).toBe("made");
    expect(made.getProperties()?.toJavaScript()).toEqual({ password: secret("hunter2"), user: "u" });
  });

  it("keeps a half-made resource in the state, its secrets hidden", async () => {
    const failure = create({ fail: true, password: secret("hunter2") });
    const error = await failure.catch((reason: grpc.ServiceError) => reason);
    const kept = keptResource(error as grpc.ServiceError);

    expect(kept.getId()).toBe("half");
    expect(kept.getReasonsList()).toEqual(["half made"]);
    expect(kept.getProperties()?.toJavaScript()).toEqual({ fail: true, password: secret("hunter2") });
    expect(kept.getInputs()?.toJavaScript()).toEqual({ fail: true, password: secret("hunter2") });
  });

  it("passes the message of any other error on", async () => {
    await expect(create({ refuse: true })).rejects.toMatchObject({ details: "refused" });
  });

  it("reports what Check refuses", async () => {
    const request = new providerProto.CheckRequest().setNews(struct({ bad: 1 }));
    const answer = await plugin.answerOf<providerProto.CheckResponse>((client, done) =>
      client.check(request, done),
    );

    expect(answer.toObject().failuresList).toEqual([{ property: "bad", reason: "bad is not allowed" }]);
  });

  it("answers Diff with each change", async () => {
    const request = new providerProto.DiffRequest()
      .setOldInputs(struct({ a: 1, b: 1 }))
      .setNews(struct({ a: 2, c: 1 }));
    const answer = await plugin.answerOf<providerProto.DiffResponse>((client, done) =>
      client.diff(request, done),
    );

    expect(answer.getDiffsList()).toEqual(["a", "b", "c"]);
    expect(answer.getChanges()).toBe(providerProto.DiffResponse.DiffChanges.DIFF_SOME);
    expect(answer.getDetaileddiffMap().get("b")?.getKind()).toBe(providerProto.PropertyDiff.Kind.DELETE);
  });

  it("answers Read of a missing resource with an empty id", async () => {
    const request = new providerProto.ReadRequest().setId("gone");
    const answer = await plugin.answerOf<providerProto.ReadResponse>((client, done) =>
      client.read(request, done),
    );

    expect(answer.getId()).toBe("");
  });

  it("refuses functions and components that the plugin does not have, by name", async () => {
    const invoke = new providerProto.InvokeRequest().setTok("echo:index:shout");
    const construct = new providerProto.ConstructRequest().setType("echo:index:Choir");

    await expect(plugin.answerOf((client, done) => client.invoke(invoke, done))).rejects.toMatchObject({
      details: expect.stringContaining("echo:index:shout"),
    });
    await expect(plugin.answerOf((client, done) => client.construct(construct, done))).rejects.toMatchObject({
      details: expect.stringContaining("echo:index:Choir"),
    });
  });

  it("leaves Handshake unimplemented, so that the answer to Configure counts", async () => {
    const request = new providerProto.ProviderHandshakeRequest();
    const answer = plugin.answerOf((client, done) => client.handshake(request, done));

    await expect(answer).rejects.toMatchObject({ code: grpc.status.UNIMPLEMENTED });
  });

  it("ends on SIGINT", async () => {
    const ended = once(plugin.process, "exit");
    plugin.process.kill("SIGINT");

    expect(await ended).toEqual([0, null]);
  });
});

it("ends when the engine that started it was killed", async () => {
  const startsPlugin = `
    const { spawn } = require("node:child_process");
    const plugin = spawn(process.execPath, [${JSON.stringify(echoPlugin)}], { stdio: ["ignore", "inherit", "inherit"] });
    setInterval(() => plugin, 1000);`;
  const engine = spawn(process.execPath, ["-e", startsPlugin], { stdio: ["ignore", "pipe", "inherit"] });
  await firstLine(engine);
  // The pipe closes when the last process that holds it has ended: the plugin.
  const pipeClosed = once(engine, "close");
  engine.kill("SIGKILL");

  await pipeClosed;
});

/** What the rich status of a failure says about the resource that exists nevertheless. */
function keptResource(error: grpc.ServiceError): providerProto.ErrorResourceInitFailed {
  const [details] = error.metadata.get("grpc-status-details-bin");
  const status = statusProto.Status.deserializeBinary(details as Buffer);
  const detail = status.getDetailsList()[0]?.getValue_asU8() ?? new Uint8Array();
  return providerProto.ErrorResourceInitFailed.deserializeBinary(detail);
}

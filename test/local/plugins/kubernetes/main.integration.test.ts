import kubernetesPackage from "@pulumi/kubernetes/package.json" with { type: "json" };
import type { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb.js";
import emptyProto from "google-protobuf/google/protobuf/empty_pb.js";
import { expect, it } from "vitest";
import { startPlugin } from "../protocol/started-plugin.ts";

it("the plugin has the version of the npm package, by which the engine finds it", async () => {
  const main = new URL("../../../../local/plugins/kubernetes/main.ts", import.meta.url).pathname;
  const plugin = await startPlugin(main);
  const info = await plugin
    .answerOf<PluginInfo>((client, done) => client.getPluginInfo(new emptyProto.Empty(), done))
    .finally(() => plugin.stop());

  expect(info.getVersion()).toBe(kubernetesPackage.version);
});

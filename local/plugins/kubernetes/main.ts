import kubernetesPackage from "@pulumi/kubernetes/package.json" with { type: "json" };
import { connectEngineLog, engineAddress } from "../protocol/engine-log.ts";
import { serveProvider } from "../protocol/provider-server.ts";
import { KubernetesProvider } from "./kubernetes-provider.ts";

const log = connectEngineLog(engineAddress(process.argv));
await serveProvider(new KubernetesProvider(log), { name: "kubernetes", version: kubernetesPackage.version });

/** The store in a namespace of its own, under a name that settings change. */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { Valkey } from "../../../../../components/valkey.ts";

const config = new pulumi.Config();
const provider = new kubernetes.Provider("region", {
  kubeconfig: config.require("kubeconfig"),
  context: config.require("context"),
});
const namespace = new kubernetes.core.v1.Namespace(
  "namespace",
  { metadata: { name: config.require("namespace") } },
  { provider },
);
const formerName = config.get("formerName");

new Valkey(
  config.require("name"),
  {
    namespace: namespace.metadata.name,
    image: `registry.example/valkey@sha256:${"cd".repeat(32)}`,
    replicas: 3,
    quorum: 2,
    minReplicasToWrite: 1,
    storage: "1Gi",
    requests: { cpu: "250m", memory: "1Gi" },
    limits: { cpu: "500m", memory: "2Gi" },
    sentinel: {
      requests: { cpu: "50m", memory: "64Mi" },
      limits: { cpu: "200m", memory: "128Mi" },
    },
    spread: "hard",
  },
  {
    providers: { kubernetes: provider },
    protect: config.getBoolean("protect") === true,
    ...(formerName === undefined ? {} : { aliases: [{ name: formerName }] }),
  },
);

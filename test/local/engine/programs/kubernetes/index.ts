/** A Deployment with its settings and its secret in one namespace, steered by settings. */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();
const provider = new kubernetes.Provider("region", {
  kubeconfig: config.require("kubeconfig"),
  context: config.require("context"),
});
const options = { provider };

const namespace = new kubernetes.core.v1.Namespace("objects", {}, options);
const metadata = { namespace: namespace.metadata.name };
const settings = new kubernetes.core.v1.ConfigMap(
  "settings",
  { metadata, data: { greeting: config.require("greeting") } },
  options,
);
const secret = new kubernetes.core.v1.Secret(
  "secret",
  { metadata, stringData: { token: config.getSecret("token") ?? "none" } },
  options,
);
const labels = { app: "app" };
const deployment = new kubernetes.apps.v1.Deployment(
  "app",
  {
    metadata,
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          containers: [
            {
              name: "app",
              image: config.require("image"),
              env: [{ name: "TOKEN", value: config.getSecret("token") ?? "none" }],
              envFrom: [
                { configMapRef: { name: settings.metadata.name } },
                { secretRef: { name: secret.metadata.name } },
              ],
            },
          ],
        },
      },
    },
  },
  options,
);
if (config.getBoolean("withService") === true) {
  new kubernetes.core.v1.Service("front", { metadata, spec: { ports: [{ port: 80 }] } }, options);
}

export const namespaceName = namespace.metadata.name;
export const settingsName = settings.metadata.name;
export const deploymentName = deployment.metadata.name;

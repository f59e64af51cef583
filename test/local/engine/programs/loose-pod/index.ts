import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();
const provider = new k8s.Provider("region", {
  kubeconfig: config.require("kubeconfig"),
  context: config.require("context"),
});
const inRegion = { provider };

const restricted = new k8s.core.v1.Namespace(
  "restricted",
  { metadata: { name: "restricted", labels: { "pod-security.kubernetes.io/enforce": "restricted" } } },
  inRegion,
);

const labels = { app: "loose" };
// All that the restricted level asks for, but what policies can repair; and a pull policy that ends on a new node.
new k8s.apps.v1.Deployment(
  "loose",
  {
    metadata: { name: "loose", namespace: restricted.metadata.name },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          securityContext: { runAsNonRoot: true },
          containers: [
            {
              name: "main",
              image: `registry.example.com/loose@sha256:${"0".repeat(64)}`,
              imagePullPolicy: "Never",
              securityContext: { allowPrivilegeEscalation: false },
            },
          ],
        },
      },
    },
  },
  inRegion,
);

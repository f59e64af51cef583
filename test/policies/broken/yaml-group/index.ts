import * as k8s from "@pulumi/kubernetes";
import { runProgram } from "../twist.ts";

export const { regions } = await runProgram();

const provider = new k8s.Provider("extra", { context: "broken-eu" });
const pod = (name: string) => `
            serviceAccountName: nightly
            automountServiceAccountToken: false
            priorityClassName: claude-agents-serving
            restartPolicy: Never
            hostNetwork: true
            securityContext: { runAsNonRoot: true, seccompProfile: { type: RuntimeDefault } }
            containers:
              - name: ${name}
                image: registry.example.com/tools/report@sha256:${"0".repeat(64)}
                resources:
                  requests: { cpu: 100m, memory: 64Mi, ephemeral-storage: 64Mi }
                  limits: { cpu: 200m, memory: 128Mi, ephemeral-storage: 128Mi }
                securityContext:
                  allowPrivilegeEscalation: false
                  readOnlyRootFilesystem: true
                  capabilities: { drop: [all] }`;
new k8s.yaml.ConfigGroup(
  "nightly",
  {
    yaml: `
apiVersion: batch/v1
kind: CronJob
metadata: { name: nightly, namespace: ai-agents }
spec:
  schedule: "0 3 * * *"
  jobTemplate:
    spec:
      template:
        metadata: { labels: { app: nightly } }
        spec:${pod("report")}
`,
  },
  { provider },
);

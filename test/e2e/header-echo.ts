import { NAMESPACE } from "../../agent-runtime/src/contract.ts";
import { RUN_AS_USER } from "../../components/defaults.ts";
import { GATEWAY_API_VERSION, GATEWAY_NAME } from "../../components/exposure/gateway-objects.ts";

/** Requests below this path come back as JSON: the headers with which they reached the pod. */
export const ECHO_PATH = "/header-echo";

const NAME = "header-echo";
const PORT = 8080;
const PROGRAM = `require("node:http").createServer((q, s) => s.end(JSON.stringify(q.headers))).listen(${PORT})`;

/** A pod behind the gateway that tells what the gateway has made of a request. @param image one that holds Node */
export function headerEcho(image: string): object[] {
  const metadata = { name: NAME, namespace: NAMESPACE, labels: { app: NAME } };
  const container = {
    name: NAME,
    image,
    command: ["node", "-e", PROGRAM],
    readinessProbe: { tcpSocket: { port: PORT }, periodSeconds: 1 },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    },
  };
  const securityContext = {
    runAsNonRoot: true,
    runAsUser: RUN_AS_USER,
    seccompProfile: { type: "RuntimeDefault" },
  };
  return [
    { apiVersion: "v1", kind: "Pod", metadata, spec: { securityContext, containers: [container] } },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata,
      spec: { selector: metadata.labels, ports: [{ port: 80, targetPort: PORT }] },
    },
    {
      apiVersion: GATEWAY_API_VERSION,
      kind: "HTTPRoute",
      metadata,
      spec: {
        parentRefs: [{ name: GATEWAY_NAME }],
        rules: [
          {
            matches: [{ path: { type: "PathPrefix", value: ECHO_PATH } }],
            backendRefs: [{ name: NAME, port: 80 }],
          },
        ],
      },
    },
  ];
}

import os from "node:os";
import path from "node:path";

/** The user's own kubeconfig: the first file that `KUBECONFIG` names, else `~/.kube/config`. It is only ever read. */
export function userKubeconfig(env: NodeJS.ProcessEnv = process.env): string {
  const [first] = (env["KUBECONFIG"] ?? "").split(path.delimiter);
  return first || path.join(os.homedir(), ".kube", "config");
}

import { writeFile } from "node:fs/promises";
import path from "node:path";
import { stringify } from "yaml";
import { MACHINE_ROOT } from "./machine-plan.ts";

/** Writes `<name>.kubeconfig` into a machine's folder, for a program of that machine with the certificate `<name>`. */
export async function writeClientConfig(
  folder: string,
  { name, server }: { readonly name: string; readonly server: string },
): Promise<void> {
  const pki = `${MACHINE_ROOT}/pki`;
  const config = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": name,
    clusters: [{ name, cluster: { server, "certificate-authority": `${pki}/ca.crt` } }],
    users: [
      { name, user: { "client-certificate": `${pki}/${name}.crt`, "client-key": `${pki}/${name}.key` } },
    ],
    contexts: [{ name, context: { cluster: name, user: name } }],
  };
  await writeFile(path.join(folder, `${name}.kubeconfig`), stringify(config), { mode: 0o600 });
}

import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { z } from "zod";
import type { CredentialPlugin, KubeconfigUser } from "./kubeconfig.ts";

const RENEW_BEFORE_EXPIRY_MS = 60_000;

const execCredential = z.object({
  status: z.object({ token: z.string(), expirationTimestamp: z.iso.datetime({ offset: true }).optional() }),
});

/**
 * The `Authorization` header for a kubeconfig user, asked for before every request because tokens are renewed
 * on the way; `undefined` for users that identify themselves by client certificate.
 */
export function authorizationSource(user: KubeconfigUser): () => Promise<string | undefined> {
  const { token, tokenFile, username, password, exec } = user;
  if (token) return async () => `Bearer ${token}`;
  if (tokenFile) return async () => `Bearer ${readFileSync(tokenFile, "utf8").trim()}`;
  if (username) {
    const basic = Buffer.from(`${username}:${password ?? ""}`).toString("base64");
    return async () => `Basic ${basic}`;
  }
  return exec ? credentialPluginSource(exec) : async () => undefined;
}

function credentialPluginSource(plugin: CredentialPlugin): () => Promise<string> {
  let credential: { token: string; expiresAt: number } | undefined;
  return async () => {
    if (credential === undefined || credential.expiresAt - RENEW_BEFORE_EXPIRY_MS < Date.now()) {
      credential = await runCredentialPlugin(plugin);
    }
    return `Bearer ${credential.token}`;
  };
}

async function runCredentialPlugin({ apiVersion, command, args, env }: CredentialPlugin) {
  const execInfo = { apiVersion, kind: "ExecCredential", spec: { interactive: false } };
  const variables = Object.fromEntries((env ?? []).map(({ name, value }) => [name, value]));
  const { stdout } = await promisify(execFile)(command, args ?? [], {
    env: { ...process.env, KUBERNETES_EXEC_INFO: JSON.stringify(execInfo), ...variables },
  });
  const { token, expirationTimestamp } = execCredential.parse(JSON.parse(stdout)).status;
  return {
    token,
    expiresAt: expirationTimestamp ? Date.parse(expirationTimestamp) : Number.POSITIVE_INFINITY,
  };
}

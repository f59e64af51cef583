import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT } from "jose";

export const AUDIENCE = "claude-agents";

interface IssuerState {
  fetches: number;
  status: number;
  /** Name of the only key that is given out; tokens are signed by `key-1`. */
  kid: string;
  /** Answers wait for it. */
  mayAnswer: Promise<void> | undefined;
}

/** A token issuer on a loopback port, whose keys are fetched for real. */
export async function startTokenIssuer() {
  const { publicKey, privateKey } = await generateKeyPair("ES256", { extractable: true });
  const publicJwk = { ...(await exportJWK(publicKey)), kid: "key-1", alg: "ES256", use: "sig" };
  const state: IssuerState = { fetches: 0, status: 200, kid: publicJwk.kid, mayAnswer: undefined };
  const server = createServer(async (_request, response) => {
    state.fetches += 1;
    await state.mayAnswer;
    response.writeHead(state.status, { "content-type": "application/json" });
    response.end(JSON.stringify({ keys: [{ ...publicJwk, kid: state.kid }] }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const issuer = "https://issuer.example";
  const { port } = server.address() as AddressInfo;

  return {
    publicJwk,
    privateKey,
    state,
    config: {
      issuer,
      audience: AUDIENCE,
      jwksUrl: `http://127.0.0.1:${port}/keys`,
      tenantClaim: "tenant",
      rolesClaim: "roles",
    },
    /** A good token, but for the claims given; one that is `undefined` is left out. */
    token(claims: Record<string, unknown> = {}, header: Record<string, string> = {}): Promise<string> {
      const nowSeconds = Math.floor(Date.now() / 1000);
      const good = { iss: issuer, aud: AUDIENCE, sub: "alice", tenant: "acme", exp: nowSeconds + 60 };
      return new SignJWT({ ...good, ...claims })
        .setProtectedHeader({ alg: "ES256", kid: "key-1", ...header })
        .sign(privateKey);
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

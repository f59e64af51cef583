import { mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { installCrds } from "../../../local/region/crds.ts";
import type { Kubectl } from "../../../local/region/kubectl.ts";
import { gatewayClass } from "../../../local/region/real/addons/gateway-class.ts";
import { Authority } from "../../../local/region/real/authority.ts";
import { defaultCacheDir } from "../../../local/toolchain/cache.ts";
import { obtainCrds } from "../../../local/toolchain/crds.ts";
import { startTemporaryRegions, type TemporaryRegions } from "../../local/region/temporary-regions.ts";
import { buildExposure } from "./build-exposure.ts";
import { RunningTraefik, traefikAtHand } from "./running-traefik.ts";

const HOST = "agents.example.com";
const LIMIT = 3;
const PROXY = "10.0.0.9";

/** There is no pod behind the Services: a request that gets through ends here. */
const THROUGH = 503;
const TOO_MANY = 429;

const program = await traefikAtHand();

let regions: TemporaryRegions;
let kubectl: Kubectl;
let traefik: RunningTraefik;

async function install(): Promise<void> {
  const crds = await obtainCrds(["gateway-api-crds", "traefik-crds"], { cacheDir: defaultCacheDir() });
  await installCrds(Object.values(crds), kubectl);
  await kubectl.apply([
    gatewayClass(),
    { apiVersion: "v1", kind: "Namespace", metadata: { name: "ai-agents" } },
    ...["claude-agent-coordinator", "claude-agent-support"].map((name) => ({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name, namespace: "ai-agents" },
      spec: { selector: { app: name }, ports: [{ port: 80, targetPort: 8080 }] },
    })),
  ]);
}

async function addCertificate(): Promise<void> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "edge-"));
  const authority = await Authority.open(folder, "edge");
  const files = await authority.issue(folder, "edge", {
    commonName: "edge",
    usage: "server",
    dnsNames: [HOST, `*.${HOST}`],
  });
  const stringData = {
    "tls.crt": await readFile(files.certificate, "utf8"),
    "tls.key": await readFile(files.key, "utf8"),
  };
  const metadata = { name: "wildcard", namespace: "ai-agents" };
  await kubectl.apply([
    { apiVersion: "v1", kind: "Secret", type: "kubernetes.io/tls", metadata, stringData },
  ]);
  await rm(folder, { recursive: true });
}

describe.skipIf(program === undefined)("what the stack makes for Traefik", () => {
  beforeAll(async () => {
    if (program === undefined) return;
    regions = await startTemporaryRegions("edge");
    kubectl = regions.kubectl("edge");
    await install();
    await addCertificate();
    traefik = await RunningTraefik.start(program, kubectl);
    const settings = {
      host: HOST,
      tls: { mode: "secret", secretName: "wildcard" },
      listenerPorts: traefik.ports,
      requestsPerMinute: LIMIT,
      trustedHops: 2,
    } as const;
    const { all } = await buildExposure(settings, ["support"]);
    await kubectl.apply(all);
    // Its two providers report one after the other; a route whose Middleware is not known yet is not served.
    const isServed = async () =>
      expect(await traefik.ask({ host: `support.${HOST}` })).toMatchObject({ status: THROUGH });
    await vi.waitFor(isServed, { timeout: 60_000, interval: 250 });
  });

  afterAll(async () => {
    await traefik?.stop();
    await regions?.stop();
  });

  test("is accepted: the Gateway is programmed, every route has found its Service", async () => {
    const kinds = "gateways.gateway.networking.k8s.io,httproutes.gateway.networking.k8s.io";
    const objects = await kubectl.listJson(kinds);
    expect(objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`).sort()).toEqual([
      "Gateway claude-agent",
      "HTTPRoute claude-agent-coordinator",
      "HTTPRoute claude-agent-https-redirect",
      "HTTPRoute claude-agent-support",
    ]);
    await vi.waitFor(async () => {
      const states = (await kubectl.listJson(kinds)).map((object) => JSON.stringify(object["status"]));
      for (const state of states) expect(state).toMatch(/"type":"(Programmed|ResolvedRefs)"/);
      expect(states.join("\n")).not.toContain('"status":"False"');
    });
  });

  test("redirects plain HTTP to the same place, and only that", async () => {
    const answer = await traefik.ask({ host: HOST, path: "/v1/messages?beta=true", encrypted: false });
    expect(answer).toMatchObject({ status: 301, location: `https://${HOST}/v1/messages?beta=true` });
  });

  test("answers to its own hosts alone, with the named certificate", async () => {
    const [own, ofRegion, other] = await Promise.all(
      [HOST, `eu.${HOST}`, `us.${HOST}`].map((host) =>
        traefik.ask({ host, forwardedFor: `203.0.113.10, ${PROXY}` }),
      ),
    );
    expect([own?.status, ofRegion?.status, other?.status]).toEqual([THROUGH, THROUGH, 404]);
    expect(own?.certificateNames).toEqual([HOST, `*.${HOST}`]);
  });

  test("limits each client by the address that the trusted proxies have seen, whatever the client says", async () => {
    const from = (forwardedFor: string) => ({ host: HOST, forwardedFor });
    const through = Array.from({ length: LIMIT }, () => THROUGH);
    expect(await traefik.statuses(LIMIT + 1, from(`203.0.113.1, ${PROXY}`))).toEqual([...through, TOO_MANY]);
    expect(await traefik.statuses(1, from(`198.51.100.7, 203.0.113.1, ${PROXY}`))).toEqual([TOO_MANY]);
    expect(await traefik.statuses(1, from(`203.0.113.2, ${PROXY}`))).toEqual([THROUGH]);
  });

  test("limits a network of IPv6 as one client, and each route by itself", async () => {
    const from = (address: string) => ({ host: HOST, forwardedFor: `${address}, ${PROXY}` });
    await traefik.statuses(LIMIT, from("2001:db8::1"));
    expect(await traefik.statuses(1, from("2001:db8::2"))).toEqual([TOO_MANY]);
    expect(await traefik.statuses(1, from("2001:db8:0:1::1"))).toEqual([THROUGH]);
    expect(await traefik.statuses(1, { ...from("2001:db8::1"), host: `support.${HOST}` })).toEqual([THROUGH]);
  });
});

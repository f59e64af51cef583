import { readFileSync } from "node:fs";
import { createConnection } from "node:net";
import path from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { afterAll, beforeAll, describe, expect, onTestFailed, test } from "vitest";
import { RedisStore } from "../../agent-runtime/src/store/redis/redis-store.ts";
import { recordingLog } from "../agent-runtime/store/recording-log.ts";
import { connectedStore } from "../agent-runtime/store/redis/connected-store.ts";
import { ensureProgram } from "../setup/apt.ts";
import { ValkeyPods } from "./valkey-pods.ts";
import { waitUntilSettled } from "./valkey-settled.ts";

const OWN_CERTIFICATES = getCACertificates();

let pods: ValkeyPods;

beforeAll(async () => {
  await ensureProgram("redis-server", "redis-server");
  await ensureProgram("openssl", "openssl");
  pods = new ValkeyPods(92, { tls: true });
  pods.startAll();
});

afterAll(async () => {
  setDefaultCACertificates(OWN_CERTIFICATES);
  await pods.stop();
});

/** What `NODE_EXTRA_CA_CERTS` does at the start of a process. */
function trustStore(): void {
  const authority = readFileSync(path.join(pods.tlsFolder ?? "", "ca.crt"), "utf8");
  setDefaultCACertificates([...OWN_CERTIFICATES, authority]);
}

/** What a port answers to a client that does not encrypt. */
function answerToPlainText(host: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = createConnection({ host, port }, () => socket.write("PING\r\n"));
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(Buffer.concat(chunks).toString("latin1")));
  });
}

describe("three pods with TLS", { timeout: 120_000 }, () => {
  test("replicate, and each passes its probes", async () => {
    onTestFailed(() => console.error(pods.log));
    await waitUntilSettled(pods);
    for (const check of ["server-alive", "server-ready", "sentinel-alive"]) {
      expect([check, await pods.probe(1, check)]).toEqual([check, true]);
    }
  });

  test.each([6379, 26379])("answer nobody on port %i who does not encrypt", async (port) => {
    await waitUntilSettled(pods);
    expect(await answerToPlainText(pods.addressOf(0), port)).not.toMatch(/PONG|NOAUTH/);
  });

  test("are refused by a runtime that does not know their authority", async () => {
    const { log, lines } = recordingLog();
    const store = new RedisStore({ url: pods.url, log });
    await expect.poll(() => lines.length, { timeout: 10_000 }).toBeGreaterThan(0);
    expect(store.isUp).toBe(false);
    await store.close();
  });

  test("serve a runtime that does, before and after a failover", async () => {
    onTestFailed(() => console.error(pods.log));
    const lost = await waitUntilSettled(pods);
    trustStore();
    const store = await connectedStore({ url: pods.url });
    await store.table("switches").set("before", "kept");
    await pods.kill(lost, "valkey");
    pods.startPart(lost, "valkey");
    const write = () => store.table("switches").set("after", "kept");
    await expect.poll(() => write().then(() => "written", String), { timeout: 30_000 }).toBe("written");
    expect(await store.table("switches").get("before")).toBe("kept");
    expect(await waitUntilSettled(pods)).not.toBe(lost);
    await store.close();
  });
});

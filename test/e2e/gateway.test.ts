import { once } from "node:events";
import { connect } from "node:net";
import Anthropic from "@anthropic-ai/sdk";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { APP, COORDINATOR, HEADERS, NAMESPACE, PATHS } from "../../agent-runtime/src/contract.ts";
import { CONTROLLER } from "../../local/region/real/addons/gateway-controller.ts";
import { GATEWAY_KINDS, gatewayHindrances } from "../../local/region/real/addons/gateway-hindrances.ts";
import { DrillEnvironment, until } from "../drills/drill-environment.ts";
import { loadOn } from "../drills/drill-load.ts";
import type { Load } from "../drills/load.ts";
import { percentile } from "../drills/load-tally.ts";
import { type CommandResult, createTestEnvironment, type TestEnvironment } from "./environment.ts";
import { ECHO_PATH, headerEcho } from "./header-echo.ts";

const OPTIONS = ["--json", "--nodes", "real", "--gateway"];
const MODEL = "claude-haiku-5-5";
const ROUTE = { namespace: NAMESPACE, service: COORDINATOR };

let environment: TestEnvironment;
let firstUp: CommandResult;
let drills: DrillEnvironment;
let client: Anthropic;

beforeAll(async () => {
  environment = await createTestEnvironment();
  firstUp = await environment.command("up", ...OPTIONS);
  if (firstUp.exitCode !== 0) throw new Error(`npm run up failed:\n${firstUp.stdout}\n${firstUp.stderr}`);
  drills = await DrillEnvironment.open({ env: environment.env, gateway: firstUp.json.gateway });
  const { url: baseURL, apiKey } = drills.gateway;
  client = new Anthropic({ baseURL, apiKey, authToken: null, maxRetries: 0 });
});

afterAll(async () => {
  await environment.command("down");
  environment.remove();
});

/** A request whose answer has this many words, with a pause before each. */
function words(count: number, pauseMs: number) {
  const content = `[simulate words=${count} pause-ms=${pauseMs}]`;
  return { model: MODEL, max_tokens: count, messages: [{ role: "user" as const, content }] };
}

describe("npm run up with a gateway controller", () => {
  it("has Traefik on every worker, and the only port of each leads to it", async () => {
    expect(firstUp.json.door).toBe("through Traefik (Gateway API)");
    for (const { workloads } of firstUp.json.regions) {
      expect(workloads).toContainEqual({ kind: "DaemonSet", name: "traefik", ready: 1, wanted: 1 });
    }
    for (const { kubectl } of [drills.primary, drills.standby]) {
      const services = await kubectl.listJson("services");
      const open = services.filter(({ spec }) => (spec as { type: string }).type === "NodePort");
      expect(open.map(({ metadata }) => metadata)).toMatchObject([CONTROLLER]);
    }
  });

  it("passes on a stream's events as they come", async () => {
    const [count, pauseMs] = [20, 100];
    const arrivals: number[] = [];
    for await (const event of client.messages.stream(words(count, pauseMs))) {
      if (event.type === "content_block_delta") arrivals.push(performance.now());
    }
    const gaps = arrivals.slice(1).map((at, index) => at - (arrivals[index] ?? 0));
    expect(gaps).toHaveLength(count - 1);
    // Events that were held back would come together: most gaps would be nothing, or one of several pauses.
    expect(percentile(gaps, 50)).toBeGreaterThan(pauseMs * 0.8);
    expect(percentile(gaps, 50)).toBeLessThan(pauseMs * 1.5);
  });

  it("tells the pod from where it was called, whatever the caller says", async () => {
    const image = await drills.deployedImage(COORDINATOR, "deployment");
    await drills.primary.kubectl.apply(headerEcho(image));
    await until("the pod's answer", readEcho, ({ host }) => host !== undefined, 60_000);

    const caller = await addressTowards(drills.record.regions[0]?.endpoints[0] ?? "");
    expect(await readEcho()).toMatchObject({ "x-forwarded-for": caller, "x-real-ip": caller });
  });

  it("tells the pod that a caller has left", async () => {
    const { data, response } = await client.messages
      .create({ ...words(300, 100), stream: true })
      .withResponse();
    for await (const event of data) if (event.type === "content_block_delta") break;
    const requestId = response.headers.get(HEADERS.requestId);

    const entry = async () => (await coordinatorLog()).find((line) => line["requestId"] === requestId);
    await until("an entry in the pod's log", entry, (line) => line !== undefined, 5000);
    expect(await entry()).toMatchObject({ status: "cancelled", errorType: "client_closed" });
  });

  it("logs requests that failed, and no others", async () => {
    await expect(client.messages.create(failing(500), soon)).rejects.toThrow(Anthropic.InternalServerError);
    await expect(client.messages.create(failing(429), soon)).rejects.toThrow(Anthropic.RateLimitError);

    const { stdout } = await environment.command("logs", drills.primary.name, "traefik", "--no-follow");
    const entries = stdout.split("\n").map((line) => JSON.parse(line));
    const ofMessages = entries.filter(({ RequestPath }) => RequestPath === PATHS.messages);
    expect(ofMessages).toMatchObject([{ DownstreamStatus: 500 }]);
  });
});

async function readEcho(): Promise<Record<string, string>> {
  const headers = { "x-forwarded-for": "192.0.2.1", "x-real-ip": "192.0.2.1" };
  const response = await fetch(`${drills.gateway.url}${ECHO_PATH}`, { headers });
  return (await response.json()) as Record<string, string>;
}

/** Address of this machine on the way to a worker. */
async function addressTowards(endpoint: string): Promise<string | undefined> {
  const { hostname, port } = new URL(endpoint);
  const socket = connect({ host: hostname, port: Number(port) });
  await once(socket, "connect");
  const { localAddress } = socket;
  socket.destroy();
  return localAddress;
}

/** Sooner than the gateway would try again. */
const soon = { headers: { [HEADERS.deadlineMs]: "900" } };

function failing(status: number) {
  const content = `[simulate status=${status}]`;
  return { model: MODEL, max_tokens: 1, messages: [{ role: "user" as const, content }] };
}

/** The newest entries of all coordinators of the primary region. */
async function coordinatorLog(): Promise<Record<string, unknown>[]> {
  const args = ["logs", "--selector", `app=${APP},tier=coordinator`, "--tail", "100"];
  const text = await drills.primary.kubectl.run(args, { namespace: NAMESPACE });
  return text.split("\n").map((line) => JSON.parse(line));
}

describe("time limits", () => {
  it("of an HTTPRoute are accepted and ignored", async () => {
    const timeouts = { request: "1s", backendRequest: "1s" };
    // Something that can be seen from outside tells when Traefik has taken the change.
    const filter = { type: "ResponseHeaderModifier", responseHeaderModifier: { set: [MARK] } };
    await patchRoute([
      { op: "add", path: "/spec/rules/0/timeouts", value: timeouts },
      { op: "add", path: "/spec/rules/0/filters", value: [filter] },
    ]);
    await until("Traefik has taken the change", isMarked, Boolean, 10_000);
    const hindrances = gatewayHindrances(await drills.primary.kubectl.listJson(GATEWAY_KINDS), ROUTE);
    expect(hindrances).toEqual([]);

    const started = performance.now();
    const answer = await client.messages.create(words(30, 100));
    expect(answer.stop_reason).toBe("end_turn");
    expect(performance.now() - started).toBeGreaterThan(3000);

    await patchRoute([
      { op: "remove", path: "/spec/rules/0/timeouts" },
      { op: "remove", path: "/spec/rules/0/filters" },
    ]);
  });

  it("of the runtime are kept", async () => {
    const headers = { [HEADERS.deadlineMs]: "1000" };
    const started = performance.now();
    await expect(client.messages.create(words(50, 100), { headers })).rejects.toThrow(/1000 ms/);
    expect(performance.now() - started).toBeLessThan(3000);
  });
});

const MARK = { name: "x-route", value: "changed" };

async function isMarked(): Promise<boolean> {
  const { headers } = await fetch(`${drills.gateway.url}${PATHS.health}`);
  return headers.get(MARK.name) === MARK.value;
}

async function patchRoute(operations: readonly object[]): Promise<void> {
  const patch = ["patch", "httproute", COORDINATOR, "--type=json", "-p", JSON.stringify(operations)];
  await drills.primary.kubectl.run(patch, { namespace: NAMESPACE });
}

describe("a rolling restart under load, without retries by the client", () => {
  it("of the coordinators fails no request and loses no stream", async () => {
    const load = loadOn(drills, { maxRetries: 0 });
    await restart(`deployment/${COORDINATOR}`, NAMESPACE);
    await expectNothingLost(load);
  });

  it("of Traefik fails no request and loses no stream", async () => {
    const load = loadOn(drills, { maxRetries: 0 });
    await restart(`daemonset/${CONTROLLER.name}`, CONTROLLER.namespace);
    await expectNothingLost(load);
  });
});

/** Begins when requests pass, ends when the old pods are gone. */
async function restart(workload: string, namespace: string): Promise<void> {
  const { kubectl } = drills.primary;
  const before = await kubectl.listJson("pods", { namespace });
  await kubectl.run(["rollout", "restart", workload], { namespace });
  await kubectl.run(["rollout", "status", workload, "--timeout=120s"], { namespace });
  const selected = before.filter(({ metadata }) => metadata.name.startsWith(`${workload.split("/")[1]}-`));
  const pods = selected.map(({ metadata }) => `pod/${metadata.name}`);
  await kubectl.run(["wait", "--for=delete", ...pods, "--timeout=60s"], { namespace });
}

async function expectNothingLost(load: Load): Promise<void> {
  const { json, streams, errors } = await load.stop();
  expect({ failed: json.failed, errors }).toEqual({ failed: 0, errors: {} });
  expect(streams.complete).toBe(streams.started - streams.unfinished);
  expect(json.ok).toBeGreaterThan(100);
}

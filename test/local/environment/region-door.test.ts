import { appendFileSync, readFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import path from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { GatewayParts } from "../../../local/environment/gateway.ts";
import { openInstance } from "../../../local/environment/instance.ts";
import type { EnvironmentRecord } from "../../../local/environment/record.ts";
import { describeDoor, openRegions } from "../../../local/environment/region-door.ts";
import { openServer } from "../toolchain/publisher.ts";
import { openSandbox } from "../toolchain/sandbox.ts";

function record(more: Partial<EnvironmentRecord> = {}): EnvironmentRecord {
  return {
    nodes: "real",
    gateway: false,
    regions: [],
    // Nothing answers there.
    frontDoorPort: 1,
    upstream: "simulated",
    tools: { pulumi: "pulumi", kubectl: "kubectl" },
    ...more,
  };
}

describe("how requests get into the regions is told", () => {
  test.each([
    [
      "processes stand in",
      record({ nodes: "simulated" }),
      "none",
      /^straight to the processes that stand in/,
    ],
    ["there is a gateway", record({ gateway: true }), "required", /^through Traefik \(Gateway API\)$/],
    ["nobody wants a gateway", record(), "none", /^straight to the coordinators; --gateway puts Traefik/],
    ["none is at hand", record(), "if-at-hand", /^straight .* cached or downloadable; --gateway .* 8 min\)$/],
  ] as const)("when %s", (_, environment, wanted, text) => {
    expect(describeDoor(environment, wanted)).toMatch(text);
  });
});

const READY = { observedGeneration: 1, status: "True" };
const GATEWAYS = [
  {
    kind: "DaemonSet",
    metadata: { name: "traefik", namespace: "traefik", generation: 1 },
    status: {
      observedGeneration: 1,
      desiredNumberScheduled: 1,
      updatedNumberScheduled: 1,
      numberAvailable: 1,
    },
  },
  {
    kind: "Gateway",
    metadata: { name: "claude-agent", namespace: "ai-agents", generation: 1 },
    status: { conditions: [{ type: "Programmed", ...READY }] },
  },
  {
    kind: "HTTPRoute",
    metadata: { name: "claude-agent-coordinator", namespace: "ai-agents", generation: 1 },
    status: {
      parents: [
        {
          controllerName: "traefik.io/gateway-controller",
          conditions: ["Accepted", "ResolvedRefs"].map((type) => ({ type, ...READY })),
        },
      ],
    },
  },
];

/** Stands in for kubectl: notes what it is asked for, without its flags, and knows ready gateways. */
function fakeKubectl({ hasGateway, hasDirectPort }: Pick<Setting, "hasGateway" | "hasDirectPort">): string {
  const daemonSet = hasGateway ? "daemonset.apps/traefik" : "";
  return `#!${process.execPath}
const { appendFileSync, readFileSync, writeSync } = require("node:fs");
const [, , , , , context, , , ...rest] = process.argv;
const args = rest[0] === "--namespace" ? rest.slice(2) : rest;
const input = readFileSync(0, "utf8");
const objects = input === "" ? [] : JSON.parse(input).items.map(({ kind, metadata }) => kind + "/" + metadata.name);
const words = args.filter((each) => !each.startsWith("-"));
appendFileSync(__dirname + "/calls.log", [context, ...words, ...objects].join(" ") + "\\n");
if (args[0] === "delete" && ${hasDirectPort}) writeSync(1, "service/" + args[2]);
if (args[0] === "get") writeSync(1, args[1] === "daemonset" ? "${daemonSet}" : ${JSON.stringify(JSON.stringify({ items: GATEWAYS }))});
`;
}

interface Setting {
  /** Whether the regions have a gateway from before. */
  readonly hasGateway: boolean;
  /** Whether their port leads to the coordinator from before. */
  readonly hasDirectPort: boolean;
  /** Where a front door is; by default there is none. */
  readonly frontDoorPort: number;
  /** What happens at a request to a region's port; by default it is answered. */
  readonly answer: (response: ServerResponse) => void;
}

/** Two regions behind one port of this machine; `calls` are kubectl's and the answers of the port, in their order. */
async function openSetting(setting: Partial<Setting> = {}) {
  const { hasGateway = false, hasDirectPort = false, frontDoorPort } = setting;
  const { answer = (response) => response.writeHead(503).end() } = setting;
  const sandbox = await openSandbox();
  const kubectl = await sandbox.addProgram("kubectl", fakeKubectl({ hasGateway, hasDirectPort }));
  const log = path.join(sandbox.binaries, "calls.log");
  const publisher = await openServer((request, response) => {
    appendFileSync(log, `${request.url?.split("/")[1]} was asked\n`);
    answer(response);
  });
  const regions = ["region-a", "region-b"].map((name) => ({
    name,
    role: "primary" as const,
    context: name,
    kubeconfig: path.join(sandbox.directory, "kubeconfig"),
    endpoints: [`${publisher.origin}/${name}`],
  }));
  const tools = { pulumi: "pulumi", kubectl };
  const environment = record({ regions, tools, ...(frontDoorPort === undefined ? {} : { frontDoorPort }) });
  const open = (gateway?: GatewayParts, signal = new AbortController().signal) =>
    openRegions(
      openInstance({}),
      environment,
      { runtime: "", gateway },
      { onProgress: () => undefined, signal },
    );
  return { open, calls: () => readFileSync(log, "utf8").trimEnd().split("\n") };
}

const GATEWAY = { image: "claude-agents.local/traefik@sha256:0123" };

/** A port that is closed when it is first asked, and open the next time. */
function alternately(): Setting["answer"] {
  let asked = 0;
  return (response) => {
    asked += 1;
    if (asked % 2 === 1) response.destroy();
    else response.writeHead(200).end();
  };
}

describe("the port of a region", () => {
  test("goes from the coordinator to the gateway, in one region after another, once all gateways are ready", async () => {
    const { open, calls } = await openSetting({ hasDirectPort: true, answer: alternately() });
    await open(GATEWAY);
    const isReady = (call: string) => call.includes("get daemonsets");
    const after = calls().slice(calls().findLastIndex(isReady) + 1);
    expect(calls().filter(isReady).length).toBe(2);
    expect(after).toEqual([
      "region-a delete service claude-agent-coordinator-host name",
      "region-a was asked",
      "region-a apply Service/traefik",
      "region-a was asked",
      "region-b delete service claude-agent-coordinator-host name",
      "region-b was asked",
      "region-b apply Service/traefik",
      "region-b was asked",
    ]);
  });

  test("that the gateway has already is not waited to close", async () => {
    const { open, calls } = await openSetting();
    await open(GATEWAY);
    expect(calls().filter((call) => call.endsWith("was asked"))).toEqual([
      "region-a was asked",
      "region-b was asked",
    ]);
  });

  test("goes from the gateway to the coordinator, which answers before the gateway is removed", async () => {
    const { open, calls } = await openSetting({ hasGateway: true, answer: alternately() });
    await open();
    const ofFirst = calls().filter((call) => call.startsWith("region-a"));
    expect(ofFirst.slice(0, 5)).toEqual([
      "region-a get daemonset traefik name",
      "region-a delete service traefik",
      "region-a was asked",
      "region-a apply Service/claude-agent-coordinator-host",
      "region-a was asked",
    ]);
    expect(ofFirst.slice(5)).toEqual([
      expect.stringMatching(/^region-a delete GatewayClass.* DaemonSet\/traefik$/),
    ]);
  });

  test("changes hands in the next region once the front door sends requests to the one before again", async () => {
    const states = ["down", "down", "recovering"];
    const frontDoor = await openServer((_, response) => {
      const state = states.shift() ?? "up";
      response.end(JSON.stringify({ regions: [{ name: "region-a", state }] }));
    });
    const { open } = await openSetting({ frontDoorPort: Number(new URL(frontDoor.origin).port) });
    await open();
    expect(states).toEqual([]);
  });

  test("takes nothing away where there was no gateway", async () => {
    const { open, calls } = await openSetting();
    await open();
    expect(calls().filter((call) => call.includes("delete"))).toEqual([]);
  });
});

describe("a port that never answers", () => {
  test("is named with the reason and the way to look", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    onTestFinished(() => void vi.useRealTimers());
    const { open } = await openSetting({
      answer: (response) => {
        response.destroy();
        vi.setSystemTime(Date.now() + 121_000);
      },
    });
    await expect(open()).rejects.toThrow(
      /^region-a does not answer at http:\/\/127\.0\.0\.1:\d+\/region-a after 120 s \(other side closed\)\. Look with: kubectl .* --context region-a get pods -A$/,
    );
  });

  test("is not waited for once the command is interrupted", async () => {
    const interrupt = new AbortController();
    const { open } = await openSetting({ answer: () => interrupt.abort(new Error("enough")) });
    await expect(open(undefined, interrupt.signal)).rejects.toThrow("enough");
  });
});

import { afterEach, describe, expect, it, vi } from "vitest";
import type { Instance } from "../../../local/environment/instance.ts";
import {
  planEnvironment,
  processEndpoint,
  type UpOptions,
  upCommand,
  upstreamKey,
} from "../../../local/environment/plan.ts";
import { type EnvironmentRecord, writeRecord } from "../../../local/environment/record.ts";
import { temporaryInstance } from "./temporary-instance.ts";

const possible = async () => undefined;
const impossible = async () => "they need root";

/** The plan on a machine that can have real nodes, or cannot. */
async function plan(options: Partial<UpOptions>, { instance, findHindrance = possible }: Circumstances = {}) {
  const asked = { upstream: "simulated", ...options } as const;
  return await planEnvironment(instance ?? (await temporaryInstance()), asked, findHindrance);
}

interface Circumstances {
  readonly instance?: Instance;
  readonly findHindrance?: () => Promise<string | undefined>;
}

/** An instance that was brought up before. */
async function broughtUp(record: Partial<EnvironmentRecord>): Promise<Instance> {
  const instance = await temporaryInstance();
  await writeRecord(instance, {
    nodes: "real",
    gateway: false,
    regions: [{ name: "region-a", role: "primary", context: "c", kubeconfig: "k", endpoints: [] }],
    frontDoorPort: 8999,
    upstream: "simulated",
    tools: { pulumi: "pulumi", kubectl: "kubectl" },
    ...record,
  });
  return instance;
}

describe("the plan of an environment nobody asked anything special of", () => {
  it("has the stack's regions on real nodes, one worker each, with a gateway if it is at hand", async () => {
    const instance = await temporaryInstance();

    expect(await plan({}, { instance })).toEqual({
      nodes: "real",
      workers: 1,
      gateway: "if-at-hand",
      regions: [
        { name: "region-a", role: "primary", context: "region-a", kubeconfig: instance.kubeconfig },
        { name: "region-b", role: "standby", context: "region-b", kubeconfig: instance.kubeconfig },
      ],
      frontDoorPort: 8999,
      upstream: "simulated",
    });
  });

  it("has simulated nodes where real ones are not possible, says why, and gives each region an address", async () => {
    const instance = await temporaryInstance();
    const found = await plan({}, { instance, findHindrance: impossible });

    expect(found).toMatchObject({ nodes: "simulated", gateway: "none", whySimulated: "they need root" });
    expect(found.workers).toBeUndefined();
    expect(found.regions.map(({ address }) => address)).toEqual([
      instance.loopbackAddress(0),
      instance.loopbackAddress(1),
    ]);
  });
});

describe("the nodes of a plan", () => {
  it("are simulated on request, without a reason to be told and without a look at the machine", async () => {
    const findHindrance = vi.fn(possible);

    const { nodes, whySimulated } = await plan({ nodes: "simulated" }, { findHindrance });

    expect({ nodes, whySimulated }).toEqual({ nodes: "simulated", whySimulated: undefined });
    expect(findHindrance).not.toHaveBeenCalled();
  });

  it("are never simulated instead of real ones that were asked for", async () => {
    await expect(plan({ nodes: "real" }, { findHindrance: impossible })).rejects.toThrow(
      "Real nodes are not possible here: they need root. Use --nodes simulated.",
    );
  });

  it.each(["simulated", "real"] as const)("stay %s as they were brought up", async (nodes) => {
    expect(await plan({}, { instance: await broughtUp({ nodes }) })).toMatchObject({ nodes });
  });

  it("do not turn from real to simulated because somebody forgot to be root", async () => {
    const instance = await broughtUp({ nodes: "real" });

    await expect(plan({}, { instance, findHindrance: impossible })).rejects.toThrow(
      "Real nodes are not possible here: they need root.",
    );
  });

  it.each([
    ["real", possible],
    ["simulated", impossible],
  ] as const)(
    "are chosen as for the first time after clusters of the user's: %s",
    async (nodes, findHindrance) => {
      const instance = await broughtUp({ nodes: "existing" });

      expect(await plan({}, { instance, findHindrance })).toMatchObject({ nodes });
    },
  );

  it.each(["simulated", "real"] as const)("cannot be %s on clusters of the user's", async (nodes) => {
    await expect(plan({ nodes, context: ["mine"] })).rejects.toThrow(
      `--nodes ${nodes} and --context contradict each other: existing clusters have nodes of their own.`,
    );
  });
});

describe("the workers and the gateway of a plan", () => {
  it("are as asked for", async () => {
    expect(await plan({ workers: 3, gateway: true })).toMatchObject({ workers: 3, gateway: "required" });
    expect(await plan({ gateway: false })).toMatchObject({ gateway: "none" });
  });

  it.each([
    [true, "required"],
    [false, "none"],
  ] as const)("stay as they were brought up: gateway %s", async (gateway, planned) => {
    const instance = await broughtUp({ workers: 2, gateway });

    expect(await plan({}, { instance })).toMatchObject({ workers: 2, gateway: planned });
  });

  it("are changed by the options", async () => {
    const instance = await broughtUp({ workers: 2, gateway: true });

    expect(await plan({ workers: 3, gateway: false }, { instance })).toMatchObject({
      workers: 3,
      gateway: "none",
    });
  });

  it.each<[string, Partial<UpOptions>, string]>([
    [
      "workers",
      { workers: 2, nodes: "simulated" },
      "--workers is for regions of real nodes; these are simulated.",
    ],
    [
      "workers",
      { workers: 2, context: ["mine"] },
      "--workers is for regions of real nodes; these are existing.",
    ],
    [
      "a gateway",
      { gateway: true, nodes: "simulated" },
      "--gateway is for regions of real nodes; these are simulated.",
    ],
  ])("are refused to other nodes: %s", async (_, options, message) => {
    await expect(plan(options)).rejects.toThrow(message);
  });

  it("may be declined where there would be none", async () => {
    expect(await plan({ gateway: false, nodes: "simulated" })).toMatchObject({ gateway: "none" });
  });
});

describe("the regions of a plan", () => {
  it("are as many as contexts were given, the primary's first, on the user's kubeconfig", async () => {
    const found = await plan({ context: ["mine"] });

    expect(found.nodes).toBe("existing");
    expect(found.regions).toMatchObject([{ name: "region-a", role: "primary", context: "mine" }]);
    expect(found.regions[0]?.kubeconfig).not.toContain("kubeconfig.yaml");
  });

  it("are not more than the stack has", async () => {
    await expect(plan({ context: ["one", "two", "three"] })).rejects.toThrow(
      "--context was given 3 times (one, two, three); allowed are 1 to 2",
    );
  });
});

describe("the command line of `up`", () => {
  const parse = (...args: string[]) =>
    upCommand()
      .exitOverride()
      .configureOutput({ writeErr: () => undefined })
      .parse(args, { from: "user" })
      .opts();

  it("asks for the simulated Claude and leaves everything else open", () => {
    expect(parse()).toEqual({ upstream: "simulated" });
  });

  it("gives what the plan takes", () => {
    expect(parse("--nodes", "real", "--workers", "3", "--gateway")).toEqual({
      upstream: "simulated",
      nodes: "real",
      workers: 3,
      gateway: true,
    });
    expect(parse("--no-gateway", "--context", "one", "two")).toMatchObject({
      gateway: false,
      context: ["one", "two"],
    });
  });

  it.each(["0", "8", "1.5", "many", ""])("refuses %j workers and says how many are allowed", (count) => {
    expect(() => parse("--workers", count)).toThrow("Allowed are whole numbers from 1 to 7.");
  });

  it("refuses nodes that do not exist", () => {
    expect(() => parse("--nodes", "imagined")).toThrow("Allowed choices are real, simulated.");
  });
});

describe("the upstream key", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it.each(["simulated", "anthropic"] as const)("is read for %s only where it is needed", (upstream) => {
    vi.stubEnv("ANTHROPIC_API_KEY", "key");

    expect(upstreamKey({ upstream })).toBe(upstream === "anthropic" ? "key" : undefined);
  });

  it("is asked for by its name when it is missing", () => {
    vi.stubEnv("ANTHROPIC_API_KEY", "");

    expect(() => upstreamKey({ upstream: "anthropic" })).toThrow(/needs ANTHROPIC_API_KEY, which is not set/);
  });
});

describe("the endpoint of a process that stands in for pods", () => {
  it("is at its region's address", () => {
    expect(processEndpoint("127.77.0.1")).toBe("http://127.77.0.1:8080");
  });
});

import { type Dispatcher, errors } from "undici";
import { describe, expect, it, vi } from "vitest";
import { Endpoint, type EndpointOptions } from "../../../local/front-door/endpoint.ts";

const POLICY = {
  intervalMs: 1_000,
  timeoutMs: 1_000,
  failuresToDown: 2,
  successesToUp: 3,
  stableMs: 5_000,
  silenceMs: 0,
};

/** Without a dispatcher it is never asked whether it is ready. */
function buildEndpoint(options: Partial<EndpointOptions> = {}): Endpoint {
  return new Endpoint({
    url: "http://10.77.1.1:30080",
    policy: POLICY,
    dispatcher: {} as Dispatcher,
    onChange: () => undefined,
    onSilence: () => undefined,
    ...options,
  });
}

describe("an endpoint to which connects fail in traffic", () => {
  it("is down after as many of them as of checks, and tells so once", () => {
    const onChange = vi.fn();
    const endpoint = buildEndpoint({ onChange });
    endpoint.connectFailed(new Error("refused"));
    expect([endpoint.health.state, onChange.mock.calls]).toEqual(["starting", []]);
    endpoint.connectFailed(new Error("refused"));
    endpoint.connectFailed(new Error("refused"));
    expect(onChange.mock.calls).toEqual([
      [expect.objectContaining({ state: "down" }), expect.objectContaining({ state: "starting" })],
    ]);
  });

  it("remembers the last one as its failure", () => {
    const endpoint = buildEndpoint();
    endpoint.connectFailed(new Error("no route"));
    expect(endpoint.health.lastFailure?.reason).toBe("Error: no route");
  });

  it("is not back because another request was answered", () => {
    const endpoint = buildEndpoint();
    endpoint.connectFailed(new Error("refused"));
    endpoint.connectFailed(new Error("refused"));
    endpoint.answered();
    expect(endpoint.health.state).toBe("down");
    expect(endpoint.lastHeardAt).toBeGreaterThan(0);
  });
});

describe("an endpoint that answers a check", () => {
  it("was heard of", async () => {
    const request = async () => ({ statusCode: 200, body: { dump: async () => undefined } });
    const endpoint = buildEndpoint({ dispatcher: { request } as unknown as Dispatcher });
    expect(endpoint.lastHeardAt).toBe(Number.NEGATIVE_INFINITY);
    await endpoint.checker.start();
    await endpoint.checker.stop();
    expect(endpoint.lastHeardAt).toBeGreaterThan(0);
  });
});

describe("an endpoint that may not be silent at all", () => {
  it.each([
    ["nobody was there", new errors.ConnectTimeoutError(), [["nobody was there for 0 ms"]]],
    ["the connection was refused", new Error("refused"), []],
  ])("is judged right when %s", (_, error, expected) => {
    const onSilence = vi.fn();
    buildEndpoint({ onSilence }).connectFailed(error);
    expect(onSilence.mock.calls).toEqual(expected);
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createFetchModels } from "../../../agent-runtime/src/cache/fetch-models.ts";
import { GatewayError } from "../../../agent-runtime/src/errors.ts";
import type { Upstream } from "../../../agent-runtime/src/gateway/upstream.ts";

const request = { path: "/v1/models", headers: { "anthropic-version": "2023-06-01" } };
const sendWhole = vi.fn<Upstream["sendWhole"]>();
const fetchModels = createFetchModels({ upstream: { sendWhole }, timeoutMs: 30_000 });

beforeEach(() => {
  vi.useFakeTimers();
  sendWhole.mockReset();
});

afterEach(() => {
  vi.useRealTimers();
});

describe("fetching models", () => {
  it("gives status, content type and the whole body", async () => {
    const headers = { "content-type": "application/json" };
    sendWhole.mockResolvedValue({ status: 200, headers, whole: Buffer.from("{}") });
    expect(await fetchModels(request)).toEqual({
      status: 200,
      contentType: "application/json",
      body: Buffer.from("{}"),
    });
    expect(sendWhole.mock.calls[0]?.[0]).toEqual({ method: "GET", ...request });
  });

  it("tells nothing of the one caller who happens to ask, because everybody gets the answer", async () => {
    sendWhole.mockResolvedValue({ status: 200, headers: {}, whole: Buffer.from("{}") });
    const headers = {
      ...request.headers,
      "anthropic-beta": "one",
      "anthropic-workspace-id": "w1",
      cookie: "c",
    };
    await fetchModels({ ...request, headers });
    expect(sendWhole.mock.calls[0]?.[0].headers).toEqual({ ...request.headers, "anthropic-beta": "one" });
  });

  it("ends after the time-out", async () => {
    sendWhole.mockImplementation(
      (_request, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => reject(new Error("aborted")));
        }),
    );
    const fetching = expect(fetchModels(request)).rejects.toMatchObject({ code: "first_byte_timeout" });
    await vi.advanceTimersByTimeAsync(30_000);
    await fetching;
  });

  it("passes the upstream's errors on", async () => {
    sendWhole.mockRejectedValue(new GatewayError("upstream_unreachable"));
    await expect(fetchModels(request)).rejects.toMatchObject({ code: "upstream_unreachable" });
  });
});

import { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createFetchModels } from "../../../agent-runtime/src/cache/fetch-models.ts";
import { GatewayError } from "../../../agent-runtime/src/errors.ts";
import type { Upstream } from "../../../agent-runtime/src/gateway/upstream.ts";

const request = { path: "/v1/models", headers: { "anthropic-version": "2023-06-01" } };
const send = vi.fn<Upstream["send"]>();
const fetchModels = createFetchModels({ upstream: { send }, timeoutMs: 30_000 });

const responseOf = (body: Readable) => ({
  status: 200,
  headers: { "content-type": "application/json" },
  body,
});

beforeEach(() => {
  vi.useFakeTimers();
  send.mockReset();
});

afterEach(() => {
  vi.useRealTimers();
});

describe("fetching models", () => {
  it("gives status, content type and the whole body", async () => {
    send.mockResolvedValue(responseOf(Readable.from([Buffer.from("{"), Buffer.from("}")])));
    expect(await fetchModels(request)).toEqual({
      status: 200,
      contentType: "application/json",
      body: Buffer.from("{}"),
    });
    expect(send.mock.calls[0]?.[0]).toEqual({ method: "GET", ...request });
  });

  it("ends after the time-out, also in the middle of the body", async () => {
    send.mockImplementation(async (_request, signal) => {
      const body = new Readable({ read: () => undefined });
      signal.addEventListener("abort", () => body.destroy(new Error("aborted")));
      return responseOf(body);
    });
    const fetching = expect(fetchModels(request)).rejects.toMatchObject({ code: "first_byte_timeout" });
    await vi.advanceTimersByTimeAsync(30_000);
    await fetching;
  });

  it("refuses an endless body", async () => {
    const chunk = Buffer.alloc(1024 ** 2);
    send.mockResolvedValue(
      responseOf(
        new Readable({
          read() {
            this.push(chunk);
          },
        }),
      ),
    );
    await expect(fetchModels(request)).rejects.toMatchObject({ code: "upstream_unusable" });
  });

  it("passes the upstream's errors on", async () => {
    send.mockRejectedValue(new GatewayError("upstream_unreachable"));
    await expect(fetchModels(request)).rejects.toMatchObject({ code: "upstream_unreachable" });
  });
});

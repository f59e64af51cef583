import type { Dispatcher } from "undici";
import { describe, expect, it } from "vitest";
import { isFailed } from "../../../local/front-door/region-request.ts";

const answer = (statusCode: number, headers: Dispatcher.ResponseData["headers"] = {}) =>
  ({ type: "response", response: { statusCode, headers } as Dispatcher.ResponseData }) as const;

describe("an answer for which the region is to blame", () => {
  it.each([500, 502, 503])("is one with status %i", (status) => {
    expect(isFailed(answer(status))).toBe(true);
  });

  it("is a connection that broke before there was one", () => {
    expect(isFailed({ type: "broken", error: new Error("reset") })).toBe(true);
  });

  it.each([200, 400, 401, 404, 408, 413, 429, 504, 529])("is not one with status %i", (status) => {
    expect(isFailed(answer(status))).toBe(false);
  });

  it("is not an error that the upstream API gave", () => {
    expect(isFailed(answer(500, { "x-upstream-request-id": "req_1" }))).toBe(false);
  });
});

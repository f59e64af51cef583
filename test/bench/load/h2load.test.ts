import { describe, expect, it } from "vitest";
import { h2loadArguments, parseRequestLog, summarise } from "../../../bench/load/h2load.ts";

describe("parseRequestLog", () => {
  it("reads status and duration of every line", () => {
    expect(parseRequestLog("1760000000000000\t200\t41\n1760000000000050\t529\t7\n")).toEqual([
      { status: 200, durationUs: 41 },
      { status: 529, durationUs: 7 },
    ]);
  });

  it("finds nothing in an empty log", () => {
    expect(parseRequestLog("")).toEqual([]);
  });
});

describe("summarise", () => {
  it("counts refusals apart and leaves their times out", () => {
    const requests = [
      { status: 200, durationUs: 300 },
      { status: 529, durationUs: 1 },
      { status: 200, durationUs: 100 },
      { status: 200, durationUs: 200 },
    ];
    expect(summarise(requests, 2)).toEqual({
      answered: 3,
      failed: 1,
      perSecond: 1.5,
      p50Us: 200,
      p99Us: 300,
    });
  });
});

describe("h2loadArguments", () => {
  const options = {
    url: "http://127.0.0.1:1",
    headers: { "x-api-key": "key" },
    bodyFile: "body.json",
    concurrency: 8,
    seconds: 1.5,
  };

  it("asks for HTTP/1.1, the concurrency, the time, the arm's headers and the path of messages", () => {
    const args = h2loadArguments(options, "load.log");
    expect(args).toEqual([
      "--h1",
      "--clients=8",
      "--threads=1",
      "--duration=1500ms",
      "--data=body.json",
      "--log-file=load.log",
      "--header=content-type: application/json",
      "--header=anthropic-version: 2023-06-01",
      "--header=x-api-key: key",
      "http://127.0.0.1:1/v1/messages",
    ]);
  });

  it("bounds the rate where one is given", () => {
    expect(h2loadArguments({ ...options, requestsPerSecond: 12 }, "load.log")).toContain("--rps=12");
  });
});

import Anthropic from "@anthropic-ai/sdk";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { HEADERS } from "../../../agent-runtime/src/contract.ts";
import { loadModels } from "../../../agent-runtime/src/gateway/models.ts";
import {
  type SimulatedClaude,
  startSimulatedClaude,
} from "../../../agent-runtime/src/gateway/simulated-claude.ts";
import { hello, type RunningGateway, startGateway } from "../running-gateway.ts";
import { createRecordingClient, failureOf, user } from "./recording-client.ts";

let claude: SimulatedClaude;
let gateway: RunningGateway;

beforeAll(async () => {
  claude = await startSimulatedClaude(loadModels());
});

afterAll(() => claude.close());

beforeEach(async () => {
  gateway = await startGateway(claude.baseUrl);
});

afterEach(() => gateway.close());

const ask = (content: string) => ({ ...hello, messages: [user(content)] });
const once = { maxRetries: 0 };

async function restartGateway(overrides: Parameters<typeof startGateway>[1]): Promise<void> {
  await gateway.close();
  gateway = await startGateway(claude.baseUrl, overrides);
}

describe("an error of the upstream", () => {
  it.each([
    [400, Anthropic.BadRequestError, "invalid_request_error"],
    [403, Anthropic.PermissionDeniedError, "permission_error"],
    [404, Anthropic.NotFoundError, "not_found_error"],
    [413, Anthropic.ContentTooLargeError, "request_too_large"],
    [429, Anthropic.RateLimitError, "rate_limit_error"],
    [500, Anthropic.InternalServerError, "api_error"],
    [503, Anthropic.ServiceUnavailableError, "api_error"],
    [504, Anthropic.GatewayTimeoutError, "timeout_error"],
    [529, Anthropic.OverloadedError, "overloaded_error"],
  ])("with status %i comes as its class, with type and request id", async (status, errorClass, type) => {
    const { client } = createRecordingClient(gateway, once);
    const error = await failureOf(client.messages.create(ask(`[simulate status=${status}]`)));
    expect(error).toBeInstanceOf(errorClass);
    expect(error).toMatchObject({
      status,
      type,
      apiMessage: "This error was asked for.",
      requestID: expect.stringMatching(/^req_[0-9a-f]{32}$/),
    });
  });

  it("about the gateway's own key is the gateway's failure, not a wrong key of the caller", async () => {
    const { client, attempts } = createRecordingClient(gateway);
    const error = await failureOf(client.messages.create(ask("[simulate status=401]")));
    expect(error).toBeInstanceOf(Anthropic.InternalServerError);
    expect(error).toMatchObject({ status: 502, type: "api_error" });
    expect(attempts).toHaveLength(1);
  });

  it("tells when to come again", async () => {
    const { client } = createRecordingClient(gateway, once);
    const error = await failureOf(client.messages.create(ask("[simulate status=429 retry-after=7]")));
    expect((error as InstanceType<typeof Anthropic.APIError>).headers?.get("retry-after")).toBe("7");
  });

  it("in counting tokens comes as its class too", async () => {
    const { client } = createRecordingClient(gateway, once);
    const error = await failureOf(client.messages.countTokens({ model: hello.model, messages: [] }));
    expect(error).toBeInstanceOf(Anthropic.BadRequestError);
  });
});

describe("an error of the gateway", () => {
  it("for a wrong key is an AuthenticationError, and is not tried again", async () => {
    const { client, attempts } = createRecordingClient(gateway, { apiKey: "wrong" });
    const error = await failureOf(client.messages.create(hello));
    expect(error).toBeInstanceOf(Anthropic.AuthenticationError);
    expect(error).toMatchObject({ type: "authentication_error", requestID: expect.stringMatching(/^req_/) });
    expect(attempts).toHaveLength(1);
  });

  it("for no key is an AuthenticationError", async () => {
    const { client } = createRecordingClient(gateway, { defaultHeaders: { authorization: null } });
    expect(await failureOf(client.models.list())).toBeInstanceOf(Anthropic.AuthenticationError);
  });

  it("for a request that is not valid is a BadRequestError, and is not tried again", async () => {
    const { client, attempts } = createRecordingClient(gateway);
    const error = await failureOf(client.messages.create({ ...hello, model: "" }));
    expect(error).toBeInstanceOf(Anthropic.BadRequestError);
    expect(error).toMatchObject({
      type: "invalid_request_error",
      apiMessage: expect.stringContaining("model"),
    });
    expect(attempts).toHaveLength(1);
  });

  it.each([
    ["a little", 4096, 3000],
    ["by megabytes", 32 * 1024 * 1024, 33 * 1024 * 1024],
  ])("for a body that is too large %s is a ContentTooLargeError", async (_how, maxBodyBytes, length) => {
    await restartGateway({ maxBodyBytes: Math.min(maxBodyBytes, length) });
    const { client, attempts } = createRecordingClient(gateway);
    const error = await failureOf(client.messages.create(ask("x".repeat(length))));
    expect(error).toBeInstanceOf(Anthropic.ContentTooLargeError);
    expect(error).toMatchObject({ type: "request_too_large", requestID: expect.stringMatching(/^req_/) });
    expect(attempts).toHaveLength(1);
  });

  it("for too many requests at once is an OverloadedError", async () => {
    await restartGateway({ maxConcurrentRequests: 1 });
    const { client } = createRecordingClient(gateway, once);
    const stream = client.messages.stream({ ...ask("[simulate stall words=9]"), max_tokens: 100 });
    await new Promise<void>((resolve) => stream.once("text", () => resolve()));
    const error = await failureOf(client.messages.create(hello));
    expect(error).toBeInstanceOf(Anthropic.OverloadedError);
    expect(error).toMatchObject({ status: 529, type: "overloaded_error" });
    const end = failureOf(stream.done());
    stream.abort();
    expect(await end).toBeInstanceOf(Anthropic.APIUserAbortError);
  });

  it("for an upstream that does not begin in time is a GatewayTimeoutError", async () => {
    await restartGateway({ firstByteTimeoutSeconds: 0.2 });
    const { client } = createRecordingClient(gateway, once);
    const error = await failureOf(client.messages.create({ ...ask("[simulate hang]"), stream: true }));
    expect(error).toBeInstanceOf(Anthropic.GatewayTimeoutError);
    expect(error).toMatchObject({ type: "timeout_error" });
  });

  it("for the caller's own deadline is a GatewayTimeoutError, and is not tried again", async () => {
    const { client, attempts } = createRecordingClient(gateway, {
      defaultHeaders: { [HEADERS.deadlineMs]: "200" },
    });
    const error = await failureOf(client.messages.create(ask("[simulate hang]")));
    expect(error).toBeInstanceOf(Anthropic.GatewayTimeoutError);
    expect(attempts).toHaveLength(1);
  });

  it("for an upstream that cannot be reached is an InternalServerError", async () => {
    const other = await startSimulatedClaude(loadModels());
    await gateway.close();
    gateway = await startGateway(other.baseUrl);
    await other.close();
    const { client } = createRecordingClient(gateway, once);
    const error = await failureOf(client.messages.create(hello));
    expect(error).toBeInstanceOf(Anthropic.InternalServerError);
    expect(error).toMatchObject({ type: "api_error", requestID: expect.stringMatching(/^req_/) });
  });
});

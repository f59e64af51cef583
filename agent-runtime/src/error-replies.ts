import { randomUUID } from "node:crypto";
import { type ServerResponse, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { HEADERS } from "./contract.ts";
import { ERRORS, type ErrorCode, errorBody, GatewayError, toGatewayError } from "./errors.ts";
import { failureOf } from "./gateway/request-record.ts";
import { describeFault } from "./log.ts";

/** A fresh id for the `request-id` header. Callers cannot choose it, so it is safe in logs. */
export const newRequestId = () => `req_${randomUUID().replaceAll("-", "")}`;

/** Answers every failure in the shape of the Anthropic API, so that official SDKs map it to their error classes. */
export function createErrorReply(maxBodyBytes: number) {
  return (thrown: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const error = fromFramework(thrown, maxBodyBytes);
    if (error.code === "internal") request.log.error({ err: error.cause }, error.message);
    else if (error.cause !== undefined)
      request.log.warn({ errorType: error.code, cause: describeFault(error.cause) }, error.message);
    return sendError(error, request, reply);
  };
}

/** Refusals that pass within a moment. Without a time to wait, a client would come back at once, or not at all. */
const PASSES_SOON: ReadonlySet<ErrorCode> = new Set([
  "too_many_requests_at_once",
  "too_many_bytes_at_once",
  "overloaded",
  "shutting_down",
  "store_unavailable",
]);

function sendError(error: GatewayError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (request.record !== undefined) request.record.failure = failureOf(error);
  const { status, retryable } = ERRORS[error.code];
  if (PASSES_SOON.has(error.code)) reply.header("retry-after", "1");
  return reply
    .code(status)
    .header(HEADERS.shouldRetry, String(retryable))
    .headers(error.headers)
    .type("application/json")
    .serializer(JSON.stringify)
    .send(errorBody(error, request.id));
}

/** `ECONNRESET`: the caller left while it sent its body. */
const FRAMEWORK_CODES: Readonly<Record<string, ErrorCode>> = {
  ECONNRESET: "client_closed",
  FST_ERR_CTP_BODY_TOO_LARGE: "request_too_large",
  FST_ERR_CTP_INVALID_MEDIA_TYPE: "unsupported_media_type",
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: "invalid_request",
  FST_ERR_BAD_URL: "not_found",
  FST_ERR_MAX_PARAM_LENGTH: "not_found",
};

function fromFramework(thrown: FastifyError, maxBodyBytes: number): GatewayError {
  if (thrown.validation !== undefined) {
    const faults = thrown.validation.map(({ instancePath, message }) => `${instancePath}: ${message}`);
    return new GatewayError("invalid_request", faults.join("; "));
  }
  const code = FRAMEWORK_CODES[thrown.code];
  if (code === undefined) return toGatewayError(thrown);
  return new GatewayError(
    code,
    code === "request_too_large" ? `At most ${maxBodyBytes} bytes are accepted.` : undefined,
  );
}

const PARSER_CODES: Readonly<Record<string, ErrorCode>> = {
  HPE_HEADER_OVERFLOW: "headers_too_large",
  ERR_HTTP_REQUEST_TIMEOUT: "slow_request",
};

/** How long a caller may take to read why its connection ends; closing at once could reset it before. */
const LINGER_MS = 1_000;

/** Answers what never became a request: the HTTP parser gave up on it. */
export function replyToParserError(fault: NodeJS.ErrnoException, socket: Socket): void {
  if (fault.code === "ECONNRESET" || !socket.writable || isAnswering(socket)) {
    socket.destroy();
    return;
  }
  const error = new GatewayError(PARSER_CODES[fault.code ?? ""] ?? "malformed_http");
  const { status, retryable } = ERRORS[error.code];
  const requestId = newRequestId();
  const body = JSON.stringify(errorBody(error, requestId));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? "Error"}`,
    "content-type: application/json",
    `content-length: ${Buffer.byteLength(body)}`,
    `${HEADERS.requestId}: ${requestId}`,
    `${HEADERS.shouldRetry}: ${retryable}`,
    "connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
  // A caller that keeps its side open would hold the socket for ever, and a body that comes late would still be served.
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}

/** Whether an answer has begun, which a second one would corrupt. Node's own handler looks at the same internal field. */
function isAnswering(socket: Socket & { readonly _httpMessage?: ServerResponse | null }): boolean {
  return socket._httpMessage?.headersSent === true;
}

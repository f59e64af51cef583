import type { ServerResponse } from "node:http";

/** Errors that the front door itself answers with, in the shape of Anthropic's API. */
export interface FrontDoorError {
  readonly status: number;
  readonly type: "api_error" | "overloaded_error" | "invalid_request_error";
  readonly message: string;
}

export function errorBody({ type, message }: Pick<FrontDoorError, "type" | "message">): string {
  return JSON.stringify({ type: "error", error: { type, message } });
}

export function sendError(response: ServerResponse, error: FrontDoorError): void {
  response.writeHead(error.status, { "content-type": "application/json" }).end(errorBody(error));
}

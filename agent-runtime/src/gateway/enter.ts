import type { FastifyReply, FastifyRequest } from "fastify";
import type { Identity } from "../auth/identity.ts";
import type { GatewayConfig } from "../config/gateway-config.ts";
import { AGENT_TYPE, HEADERS } from "../contract.ts";
import type { Env } from "../env.ts";
import { GatewayError } from "../errors.ts";
import { createBoundedLabel, OTHER } from "../metrics/bounded-label.ts";
import type { Metrics } from "../metrics/catalogue.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { readTraceContext } from "../telemetry/trace-context.ts";
import { isConfiguredAgent } from "./configured-agents.ts";
import { declaredBytes } from "./hold-as-it-arrives.ts";
import type { RequestRecord } from "./request-record.ts";
import type { ActiveTurns, Turn } from "./turns.ts";

/** Agent type of a request that showed no valid key: what it names must not take a place among the labels. */
const UNAUTHENTICATED = "unauthenticated";

const MAX_AGENT_TYPES = 50;
const SESSION = /^[A-Za-z0-9._:-]{1,128}$/;

/** How long a cancelled answer may take to reach a caller that has not read it yet. */
const UNREAD_ANSWER_GRACE_MS = 2_000;

export interface EnterDeps {
  readonly config: { readonly current: GatewayConfig };
  readonly env: Pick<Env, "maxBodyBytes" | "maxTurnSeconds" | "agentType">;
  readonly metrics: Metrics;
  readonly turns: ActiveTurns;
  /** @throws {GatewayError} */
  readonly authenticate: (headers: FastifyRequest["headers"]) => Identity | Promise<Identity>;
  /** Absent where traces are off. */
  readonly telemetry: Telemetry | undefined;
  /** @throws {GatewayError} `overloaded` while the process can take no more. */
  readonly refuseUnderPressure: () => void;
}

/** What every request to the gateway passes before its body is read: who is it, and is there room for it. */
export function createEntrance(deps: EnterDeps) {
  const { env, metrics, turns, authenticate, refuseUnderPressure } = deps;
  const agentTypeLabel = createBoundedLabel({
    pattern: AGENT_TYPE,
    maxValues: MAX_AGENT_TYPES,
    isReserved: (agent) => agent === env.agentType || isConfiguredAgent(agent, deps.config.current),
  });
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const record = beginRecord(request);
    beginTrace(request, record, deps.telemetry);
    refuseUnderPressure();
    const identity = authenticate(request.headers);
    record.identity = identity instanceof Promise ? await identity : identity;
    record.agent = agentOf(request, env.agentType);
    record.agentType = agentTypeLabel(record.agent);
    const session = String(request.headers[HEADERS.session] ?? "");
    if (SESSION.test(session)) record.session = session;
    metrics.requestRate.count();
    refuseEncodedBody(request);
    const deadlineMs = deadlineOf(request);
    record.turn = turns.begin(record.identity.tenant, Math.min(declaredBytes(request), env.maxBodyBytes));
    record.deadlineAtMs = limitDuration(record.turn, deadlineMs, env.maxTurnSeconds);
    metrics.agentRequests.began(record.agentType);
    cutOffWhenCancelled(record.turn, reply);
  };
}

/** The caller's trace goes on, whether this program adds to it or not. */
function beginTrace(request: FastifyRequest, record: RequestRecord, telemetry: Telemetry | undefined): void {
  const parent = readTraceContext(request.headers);
  if (parent !== undefined) {
    record.traceId = parent.traceId;
    record.trace = parent.headers;
  }
  if (telemetry === undefined) return;
  const { method, routeOptions, id: requestId } = request;
  record.span = telemetry.beginRequest({ method, route: routeOptions.url ?? "unmatched", requestId, parent });
  record.traceId = record.span.traceId;
}

function beginRecord(request: FastifyRequest): RequestRecord {
  const { operation } = request.routeOptions.config;
  if (operation === undefined) throw new Error(`${request.routeOptions.url} has no operation`);
  const record = {
    startedAtMs: performance.now(),
    agentType: UNAUTHENTICATED,
    agent: UNAUTHENTICATED,
    operation,
    endedEarly: false,
    isClosed: false,
  };
  request.record = record;
  return record;
}

/** A name that no agent type has is nobody's: it is `other` to everything, and cannot pass for one that has rules. */
function agentOf({ headers }: FastifyRequest, agentType: string): string {
  const named = headers[HEADERS.agentType] ?? agentType;
  return typeof named === "string" && AGENT_TYPE.test(named) ? named : OTHER;
}

/** A caller that does not read never takes the end of its answer, and would hold its turn for ever. */
function cutOffWhenCancelled(turn: Turn, reply: FastifyReply): void {
  turn.whenCancelled(() => {
    turn.after(UNREAD_ANSWER_GRACE_MS, () => reply.raw.destroy());
  });
}

const DEADLINE = /^[1-9]\d{0,8}$/;

/** The caller's own deadline in milliseconds; infinite when it sets none. */
function deadlineOf({ headers }: FastifyRequest): number {
  const deadline = headers[HEADERS.deadlineMs];
  if (deadline === undefined) return Number.POSITIVE_INFINITY;
  if (typeof deadline === "string" && DEADLINE.test(deadline)) return Number(deadline);
  throw new GatewayError(
    "invalid_request",
    `/${HEADERS.deadlineMs}: must be a whole number of milliseconds from 1 to 999999999`,
  );
}

/** The clock of a turn runs from its beginning: whatever it waits for ends with it. @returns when, on the monotonic clock. */
function limitDuration(turn: Turn, deadlineMs: number, maxTurnSeconds: number): number {
  const maxTurnMs = maxTurnSeconds * 1000;
  if (deadlineMs < maxTurnMs) {
    turn.cancelAfter(deadlineMs, () => new GatewayError("deadline_exceeded", `It was ${deadlineMs} ms.`));
  } else {
    turn.cancelAfter(maxTurnMs, () => new GatewayError("turn_timeout", `It allows ${maxTurnSeconds} s.`));
  }
  return performance.now() + Math.min(deadlineMs, maxTurnMs);
}

/** A compressed body could unpack to any size; the API takes none, so neither does the gateway. */
function refuseEncodedBody(request: FastifyRequest): void {
  const encoding = request.headers["content-encoding"];
  if (encoding !== undefined && encoding !== "identity") throw new GatewayError("unsupported_media_type");
}

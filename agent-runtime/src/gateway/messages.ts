import type { FastifyReply, FastifyRequest } from "fastify";
import type { CachedAnswer } from "../cache/cached-answer.ts";
import type { Lead } from "../cache/response-cache.ts";
import { HEADERS } from "../contract.ts";
import { GatewayError } from "../errors.ts";
import type { AdmissionRequest } from "../limits/admissions.ts";
import { boundOutputTokens, estimateInputTokens } from "../limits/cost.ts";
import { authorize } from "./authorize.ts";
import { forward } from "./call.ts";
import { type Candidates, candidatesFor, modelIdOf } from "./candidates.ts";
import type { GatewayDeps } from "./deps.ts";
import { inspectMessageRequest, type MessageRequest } from "./message-request.ts";
import { NO_USAGE } from "./models.ts";
import { refuseImpossible } from "./prompt-limits.ts";
import { identityOf, type RequestRecord, recordOf, turnOf } from "./request-record.ts";
import { replaceModel } from "./top-level-fields.ts";
import { readAnswer } from "./usage.ts";

/**
 * A message: read what must be known, refuse what cannot be, ask the policies, ask for admission, then answer from the
 * cache or the upstream.
 *
 * @throws {GatewayError} when it is refused, or when there is no answer to pass on.
 */
export async function answerMessage(
  request: FastifyRequest,
  reply: FastifyReply,
  path: string,
  deps: GatewayDeps,
): Promise<FastifyReply> {
  const record = recordOf(request);
  const message = readMessage(request);
  note(message, record);
  const candidates = candidatesFor(message, request, deps);
  if (candidates.requested !== undefined) refuseImpossible(message, candidates.requested);
  authorize(request, "messages:create", { model: candidates.model, agent: record.agent }, deps);
  const prepared = { path, message, candidates };
  const found = await lookUp(request, prepared, deps);
  switch (found.kind) {
    case "bypass":
      return await admitAndForward(request, reply, prepared, deps);
    case "lead":
      noteCache("miss", record, reply);
      return await forwardAndStore(request, reply, prepared, deps, found.lead);
    case "hit":
      noteCache(found.outcome, record, reply);
      return await answerFromCache(request, reply, candidates.model, found.answer, deps);
  }
}

/** Tokens are counted for nothing, by one model, and take nothing but a request. */
export async function countTokens(
  request: FastifyRequest,
  reply: FastifyReply,
  path: string,
  deps: GatewayDeps,
): Promise<FastifyReply> {
  const record = recordOf(request);
  const message = readMessage(request);
  record.requestedModel = message.model;
  const model = modelIdOf(message.model, deps.models);
  authorize(request, "messages:count-tokens", { model, agent: record.agent }, deps);
  await admit(request, freeAdmission(request, model), reply, deps);
  const call = { method: "POST", path, streams: false, models: [message.model] } as const;
  return await forward(request, reply, { ...call, bodyFor: () => record.body }, deps);
}

/** A request that costs nothing. */
export function freeAdmission(request: FastifyRequest, model: string): AdmissionRequest {
  const amounts = { inputTokens: 0, outputTokens: 0 };
  return { requestId: request.id, payer: payerOf(recordOf(request)), model, amounts, boundNanoUsd: 0 };
}

/**
 * Asks for admission and notes the grant, which `account` settles when the request ends.
 *
 * @throws {GatewayError} when it is refused, and `client_closed` when the caller has left meanwhile.
 */
export async function admit(
  request: FastifyRequest,
  admission: AdmissionRequest,
  reply: FastifyReply,
  { admissions }: Pick<GatewayDeps, "admissions">,
): Promise<void> {
  const record = recordOf(request);
  const grant = await admissions.admit(admission);
  if (record.isClosed) {
    grant.settle({ usage: NO_USAGE, costNanoUsd: 0 });
    throw new GatewayError("client_closed");
  }
  record.grant = grant;
  reply.headers(grant.headers);
}

/** From here on the record alone refers to the body, and the turn holds as many bytes as it really has. */
function readMessage(request: FastifyRequest): MessageRequest {
  const record = recordOf(request);
  takeBody(request, record);
  return inspectMessageRequest(record.body);
}

export function takeBody(request: FastifyRequest, record: RequestRecord): void {
  const { body } = request;
  request.body = undefined;
  record.body = Buffer.isBuffer(body) ? body : undefined;
  turnOf(record).hold(record.body?.length ?? 0);
}

function note(message: MessageRequest, record: RequestRecord): void {
  record.requestedModel = message.model;
  record.estimatedInputTokens = estimateInputTokens(message);
  if (message.stream) record.operation = "stream";
}

function admissionFor(
  request: FastifyRequest,
  message: MessageRequest,
  candidates: Candidates,
): AdmissionRequest {
  const record = recordOf(request);
  const outputTokens =
    candidates.requested === undefined
      ? (message.maxTokens ?? 0)
      : boundOutputTokens(message, candidates.requested);
  record.worstCase = { boundNanoUsd: candidates.boundNanoUsd, outputTokens };
  return {
    requestId: request.id,
    payer: payerOf(record),
    model: candidates.model,
    amounts: { inputTokens: record.estimatedInputTokens ?? 0, outputTokens },
    boundNanoUsd: candidates.boundNanoUsd,
  };
}

function payerOf(record: RequestRecord): AdmissionRequest["payer"] {
  const { agent, session } = record;
  const payer = { identity: identityOf(record), agent };
  return session === undefined ? payer : { ...payer, session };
}

const NO_BODY = Buffer.alloc(0);

interface Prepared {
  readonly path: string;
  readonly message: MessageRequest;
  readonly candidates: Candidates;
}

function noteCache(outcome: "hit" | "miss" | "joined", record: RequestRecord, reply: FastifyReply): void {
  record.cache = outcome;
  reply.header(HEADERS.cache, outcome);
}

/**
 * An answer that is there costs nothing, but switches and limits of requests hold for it as well. Those of requests at
 * once do not: many who waited for the same answer get it in the same moment.
 */
async function answerFromCache(
  request: FastifyRequest,
  reply: FastifyReply,
  model: string,
  { status, contentType, body }: CachedAnswer,
  deps: GatewayDeps,
): Promise<FastifyReply> {
  await admit(request, { ...freeAdmission(request, model), isInstant: true }, reply, deps);
  return reply.code(status).type(contentType).send(body);
}

function lookUp(
  request: FastifyRequest,
  { path, message, candidates }: Prepared,
  { responseCache }: GatewayDeps,
) {
  const record = recordOf(request);
  return responseCache.lookup(
    {
      tenant: identityOf(record).tenant,
      agent: record.agent,
      model: candidates.model,
      path,
      headers: request.headers,
      body: record.body ?? NO_BODY,
      streams: message.stream,
      // An answer that holds a thread can be gone on from once.
      usesServerTools: message.facts.usesServerTools || message.facts.isThread,
    },
    turnOf(record).signal,
  );
}

async function forwardAndStore(
  request: FastifyRequest,
  reply: FastifyReply,
  prepared: Prepared,
  deps: GatewayDeps,
  lead: Lead,
): Promise<FastifyReply> {
  let isStored = false;
  const keep = (body: Buffer, contentType: string) => {
    isStored = true;
    lead.store({ status: 200, contentType, body });
  };
  try {
    return await admitAndForward(request, reply, prepared, deps, keep);
  } finally {
    const hasLeft = turnOf(recordOf(request)).cancelledBy !== undefined;
    if (!isStored) lead.abandon(hasLeft ? "left" : "failed");
  }
}

async function admitAndForward(
  request: FastifyRequest,
  reply: FastifyReply,
  { path, message, candidates }: Prepared,
  deps: GatewayDeps,
  keep?: (body: Buffer, contentType: string) => void,
): Promise<FastifyReply> {
  const record = recordOf(request);
  await admit(request, admissionFor(request, message, candidates), reply, deps);
  const [first = message.model, ...fallbacks] = candidates.names;
  return await forward(
    request,
    reply,
    {
      method: "POST",
      path,
      streams: message.stream,
      models: [first, ...fallbacks],
      bodyFor: (model) =>
        record.body === undefined || model === first ? record.body : replaceModel(record.body, model),
      onWhole: (answer, { status, headers }) => {
        const observed = readAnswer(answer);
        record.observed = () => observed;
        // What another model said is no answer to the same question.
        if (status === 200 && record.fallbackFrom === undefined)
          keep?.(answer, String(headers["content-type"]));
      },
    },
    deps,
  );
}

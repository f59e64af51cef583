import { z } from "zod";

const serverStatus = z.object({
  message: z.string().optional(),
  reason: z.string().optional(),
  details: z
    .object({
      causes: z.array(z.object({ field: z.string().optional(), message: z.string().optional() })).optional(),
      retryAfterSeconds: z.number().optional(),
    })
    .optional(),
});

type KubeErrorKind = "unreachable" | "unserved-kind" | "refused";

/** A request to the API server that failed for good, after its retries. */
export class KubeError extends Error {
  override readonly name = "KubeError";
  /** `unserved-kind`: the server does not know the kind of object (yet). */
  readonly kind: KubeErrorKind;
  /** HTTP status; `undefined` unless the server answered. */
  readonly status: number | undefined;
  /** Paths of the fields that the server objects to. */
  readonly fields: readonly string[];

  constructor(message: string, kind: KubeErrorKind, answer: { status?: number; fields?: string[] } = {}) {
    super(message);
    this.kind = kind;
    this.status = answer.status;
    this.fields = answer.fields ?? [];
  }

  /** The error that an API server's answer of 400 or more stands for. */
  static fromAnswer(status: number, text: string, body: unknown): KubeError {
    const { data } = serverStatus.safeParse(body);
    const fields = data?.details?.causes?.flatMap(({ field }) => (field === undefined ? [] : [field]));
    const message = data?.message ?? `the Kubernetes API server answered ${status}: ${text.slice(0, 300)}`;
    return new KubeError(message, "refused", { status, fields: fields ?? [] });
  }
}

export function isKubeError(error: unknown): error is KubeError {
  return error instanceof KubeError;
}

/** The object, its namespace or its whole kind does not exist. */
export function isNotFound(error: unknown): boolean {
  return isKubeError(error) && (error.kind === "unserved-kind" || error.status === 404);
}

/**
 * The object itself is at fault: a field that does not exist (which server-side apply answers with 500), or a
 * bad value.
 */
export function isInvalidObject(error: unknown): error is KubeError {
  if (!isKubeError(error)) return false;
  return (
    error.status === 400 || error.status === 422 || /failed to create typed patch object/.test(error.message)
  );
}

export function isUnreachable(error: unknown): boolean {
  return isKubeError(error) && error.kind === "unreachable";
}

/**
 * What a request's body says about what it may cost. Found by one walk over the parsed body, which visits values, not
 * characters: a long prompt costs no more than a short one.
 */
export interface PromptFacts {
  /** Deepest nesting of arrays and objects. */
  readonly depth: number;
  /** Whether the conversation is held at the upstream, under the field `thread`. */
  readonly isThread: boolean;
  /** Content that is not in the body (files, URLs, what a thread holds already), so that the body's length says nothing about the prompt's. */
  readonly refersElsewhere: boolean;
  /** Characters of base64 data: images and documents, whose tokens do not follow from their length. */
  readonly base64Characters: number;
  /** The longest time to live asked for in `cache_control`; what is written to the cache costs more. */
  readonly cacheWrites: "none" | "5m" | "1h";
  /** Tools that run at the upstream: they call the model again and again, and some cost money of their own. */
  readonly usesServerTools: boolean;
}

/** Deeper bodies are refused. The API's own content nests less than ten levels, tool schemas some twenty. */
export const MAX_JSON_DEPTH = 256;

/** Tools that the caller runs; whatever else has a type is run by the upstream. */
const CLIENT_TOOL = /^(custom|bash_|text_editor_|computer_|memory_)/;

interface Findings {
  depth: number;
  refersElsewhere: boolean;
  base64Characters: number;
  cacheWrites: "none" | "5m" | "1h";
}

/** Reads the facts out of a parsed body. Nothing below `MAX_JSON_DEPTH` is looked at. */
export function readPromptFacts(body: Readonly<Record<string, unknown>>): PromptFacts {
  const findings: Findings = { depth: 0, refersElsewhere: false, base64Characters: 0, cacheWrites: "none" };
  walk(body, 1, findings);
  const isThread = isObject(body["thread"]);
  const refersElsewhere = findings.refersElsewhere || isThread;
  return { ...findings, refersElsewhere, isThread, usesServerTools: hasServerTools(body) };
}

function walk(value: object, depth: number, findings: Findings): void {
  if (depth > findings.depth) findings.depth = depth;
  if (depth > MAX_JSON_DEPTH) return;
  if (Array.isArray(value)) {
    for (const item of value) if (isObject(item)) walk(item, depth + 1, findings);
    return;
  }
  const fields = value as Readonly<Record<string, unknown>>;
  for (const key in fields) {
    const field = fields[key];
    if (isObject(field)) {
      if (key === "source") readSource(field, findings);
      else if (key === "cache_control") readCacheControl(field, findings);
      walk(field, depth + 1, findings);
    } else if (key === "file_id") {
      findings.refersElsewhere = true;
    }
  }
}

function readSource(source: Readonly<Record<string, unknown>>, findings: Findings): void {
  const { type, data } = source;
  if (type === "base64" && typeof data === "string") findings.base64Characters += data.length;
  else if (type !== "text" && type !== "content") findings.refersElsewhere = true;
}

function readCacheControl({ ttl }: Readonly<Record<string, unknown>>, findings: Findings): void {
  if (ttl === "1h") findings.cacheWrites = "1h";
  else if (findings.cacheWrites === "none") findings.cacheWrites = "5m";
}

function hasServerTools({
  tools,
  mcp_servers: mcpServers,
  container,
}: Readonly<Record<string, unknown>>): boolean {
  if (Array.isArray(mcpServers) && mcpServers.length > 0) return true;
  if (container !== undefined && container !== null) return true;
  return Array.isArray(tools) && tools.some(isServerTool);
}

function isServerTool(tool: unknown): boolean {
  if (!isObject(tool)) return false;
  const { type } = tool;
  return typeof type === "string" && !CLIENT_TOOL.test(type);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

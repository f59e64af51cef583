/**
 * What a request's body says about what it may cost. Found by one walk over the parsed body, which visits values, not
 * characters: a long prompt costs no more than a short one.
 */
export interface PromptFacts {
  /** Whether the conversation is held at the upstream, under the field `thread`. */
  readonly isThread: boolean;
  /** Content whose tokens cannot be told from the body: files, URLs, documents, what a thread holds already. */
  readonly refersElsewhere: boolean;
  /** Images that are in the body. */
  readonly images: number;
  /** Characters of base64 data: images and documents, whose tokens do not follow from their length. */
  readonly base64Characters: number;
  /** The longest time to live asked for in `cache_control`; what is written to the cache costs more. */
  readonly cacheWrites: "none" | "5m" | "1h";
  /** Whether the upstream may call models again and again by itself: for tools that it runs, to compact, to fall back. */
  readonly usesServerTools: boolean;
}

/** Tools that the caller runs; whatever else has a type is run by the upstream. */
const CLIENT_TOOL = /^(custom|bash_|text_editor_|computer_|memory_)/;

interface Findings {
  refersElsewhere: boolean;
  images: number;
  base64Characters: number;
  cacheWrites: "none" | "5m" | "1h";
  usesServerTools: boolean;
}

/**
 * Where a value stands. Only in content is an image an image: the input of a tool may look the same, and is text to the
 * model.
 */
type Place = "request" | "content" | "other";

/** Reads the facts out of a parsed body, which is not nested deeper than `scanJson` allows. */
export function readPromptFacts(body: Readonly<Record<string, unknown>>): PromptFacts {
  const findings: Findings = {
    refersElsewhere: false,
    images: 0,
    base64Characters: 0,
    cacheWrites: "none",
    usesServerTools: hasServerTools(body) || compacts(body) || fallsBack(body),
  };
  walk(body, "request", findings);
  const isThread = isObject(body["thread"]);
  return { ...findings, refersElsewhere: findings.refersElsewhere || isThread, isThread };
}

function walk(value: object, place: Place, findings: Findings): void {
  if (Array.isArray(value)) {
    for (const item of value) if (isObject(item)) walk(item, place, findings);
    return;
  }
  const fields = value as Readonly<Record<string, unknown>>;
  for (const key in fields) {
    const field = fields[key];
    if (isObject(field)) {
      if (key === "source") readSource(fields["type"], field, place, findings);
      else if (key === "cache_control") readCacheControl(field, findings);
      // A message may define a tool as well as the field `tools`.
      else if (key === "definition" && isServerTool(field)) findings.usesServerTools = true;
      walk(field, placeBelow(place, key), findings);
    } else if (key === "file_id") {
      findings.refersElsewhere = true;
    }
  }
}

function placeBelow(place: Place, key: string): Place {
  switch (place) {
    case "request":
      return key === "messages" ? "content" : "other";
    case "content":
      return key === "content" || key === "source" ? "content" : "other";
    case "other":
      return "other";
  }
}

/** A page of a PDF takes some thousand tokens, and compressed a few bytes: so a document's size says nothing. */
function readSource(
  blockType: unknown,
  source: Readonly<Record<string, unknown>>,
  place: Place,
  findings: Findings,
): void {
  const { type, data } = source;
  if (type === "text" || type === "content") return;
  if (type !== "base64" || typeof data !== "string") {
    findings.refersElsewhere = true;
    return;
  }
  if (place === "content") findings.base64Characters += data.length;
  if (blockType === "image" && isImage(source)) findings.images += 1;
  else findings.refersElsewhere = true;
}

const isImage = ({ media_type: mediaType }: Readonly<Record<string, unknown>>): boolean =>
  typeof mediaType === "string" && mediaType.startsWith("image/");

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

/** Compaction at the upstream is a call of its own, with the whole conversation as its prompt. */
function compacts({
  context_management: management,
  compaction,
}: Readonly<Record<string, unknown>>): boolean {
  if (isObject(compaction)) return true;
  if (!isObject(management)) return false;
  const { edits } = management;
  return Array.isArray(edits) && edits.some(isCompaction);
}

/** Models that the upstream asks when the first one declines: each attempt is paid, at a price of its own. */
const fallsBack = ({ fallbacks }: Readonly<Record<string, unknown>>): boolean =>
  fallbacks !== undefined && fallbacks !== null;

function isCompaction(edit: unknown): boolean {
  if (!isObject(edit)) return false;
  const { type } = edit;
  return typeof type === "string" && type.startsWith("compact");
}

function isServerTool(tool: unknown): boolean {
  if (!isObject(tool)) return false;
  const { type } = tool;
  return typeof type === "string" && !CLIENT_TOOL.test(type);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { chmod, rename, rm } from "node:fs/promises";
import path from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { extract } from "tar";
import { EnvHttpProxyAgent, fetch, type Response } from "undici";
import { parseChecksum } from "./checksum.ts";
import type { Platform } from "./platform.ts";
import { tickWhile } from "./progress.ts";
import { SourceUnavailable, type ToolRequest } from "./tool-request.ts";
import type { DownloadSpec } from "./tools.ts";

const CONNECT_TIMEOUT_MS = 5_000;
const IDLE_TIMEOUT_MS = 30_000;

/** Honours HTTP_PROXY, HTTPS_PROXY and NO_PROXY; gives up soon where nothing can be reached. */
const dispatcher = new EnvHttpProxyAgent({
  connect: { timeout: CONNECT_TIMEOUT_MS },
  headersTimeout: IDLE_TIMEOUT_MS,
  bodyTimeout: IDLE_TIMEOUT_MS,
});

/** Origins that could not be reached in this process, so that several tools do not each wait for the same one. */
const unreachableOrigins = new Map<string, string>();

/**
 * Downloads a tool from its publisher into `binaries`, checked against the publisher's checksum.
 *
 * @throws SourceUnavailable when the publisher does not serve this platform, cannot be reached, or the checksum differs.
 */
export async function downloadTool(
  request: ToolRequest,
  download: DownloadSpec,
  binaries: string,
): Promise<void> {
  const { spec, platform } = request;
  if (!download.systems.includes(platform.os)) {
    throw new SourceUnavailable(`the publisher offers no download for ${platform.os}`);
  }
  const url = fillTemplate(download.url, spec.version, platform);
  const expected = await fetchChecksum(request, download, url);
  const file = path.join(path.dirname(binaries), "download");
  await fetchFile(request, url, file, { algorithm: download.checksum.algorithm, expected });
  await unpack(file, binaries, spec.name, download.archiveMembers);
}

async function fetchChecksum(request: ToolRequest, download: DownloadSpec, url: string): Promise<string> {
  const checksumUrl = fillTemplate(download.checksum.url, request.spec.version, request.platform);
  request.report("download", `asking ${new URL(checksumUrl).host} for the checksum of ${request.spec.name}`);
  const text = await fetchText(request, checksumUrl);
  const digest = parseChecksum(text, download.checksum, path.posix.basename(new URL(url).pathname));
  if (digest === undefined) throw new SourceUnavailable(`${checksumUrl} states no checksum of ${url}`);
  return digest;
}

/**
 * Downloads one file.
 *
 * @throws SourceUnavailable when it cannot be had or its checksum differs from the one expected.
 */
export async function fetchFile(
  request: Pick<ToolRequest, "report" | "signal">,
  url: string,
  file: string,
  checksum: { readonly algorithm: string; readonly expected: string },
): Promise<void> {
  const response = await get(url, request.signal);
  if (response.body === null) throw new SourceUnavailable(`${url} is empty`);
  const hash = createHash(checksum.algorithm);
  let bytes = 0;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      hash.update(chunk);
      done(null, chunk);
    },
  });
  const total = Number(response.headers.get("content-length") ?? 0);
  const transfer = pipeline(Readable.fromWeb(response.body), meter, createWriteStream(file));
  const say = () => request.report("download", `downloading ${url}: ${formatMegabytes(bytes, total)}`);
  say();
  await readBody(url, request.signal, () => tickWhile(say, transfer));
  const actual = hash.digest("hex");
  if (actual !== checksum.expected) {
    throw new SourceUnavailable(
      `${url} has the checksum ${actual}, its publisher states ${checksum.expected}`,
    );
  }
}

/**
 * Downloads a short text. The caller checks what it is.
 *
 * @throws SourceUnavailable when it cannot be had.
 */
export async function fetchText({ signal }: Pick<ToolRequest, "signal">, url: string): Promise<string> {
  const response = await get(url, signal);
  return await readBody(url, signal, () => response.text());
}

async function unpack(
  file: string,
  binaries: string,
  name: string,
  members: RegExp | undefined,
): Promise<void> {
  const program = path.join(binaries, name);
  if (members === undefined) {
    await rename(file, program);
    await chmod(program, 0o755);
    return;
  }
  await extract({
    file,
    cwd: binaries,
    filter: (_path, entry) =>
      "type" in entry && entry.type === "File" && members.test(path.posix.basename(entry.path)),
    onReadEntry: (entry) => {
      entry.path = path.posix.basename(entry.path);
    },
  });
  await rm(file);
}

async function get(url: string, signal: AbortSignal): Promise<Response> {
  const { origin } = new URL(url);
  const known = unreachableOrigins.get(origin);
  if (known !== undefined) throw new SourceUnavailable(`${origin} could not be reached before (${known})`);
  let response: Response;
  try {
    response = await fetch(url, { dispatcher, signal });
  } catch (error) {
    signal.throwIfAborted();
    const reason = networkReason(error);
    unreachableOrigins.set(origin, reason);
    throw new SourceUnavailable(`${url} could not be reached: ${reason}`);
  }
  if (response.ok) return response;
  await response.body?.cancel();
  throw new SourceUnavailable(`${url} answered ${response.status} ${response.statusText}`.trimEnd());
}

async function readBody<T>(url: string, signal: AbortSignal, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    signal.throwIfAborted();
    throw new SourceUnavailable(`the transfer of ${url} broke off: ${networkReason(error)}`);
  }
}

/** `fetch` hides the interesting part in the error's cause. */
function networkReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? networkReason(error.cause) : error.message;
}

function fillTemplate(template: string, version: string, platform: Platform): string {
  const values: Readonly<Record<string, string>> = { version, ...platform };
  return template.replaceAll(/\{(\w+)\}/g, (placeholder, key: string) => values[key] ?? placeholder);
}

function formatMegabytes(bytes: number, total: number): string {
  const megabytes = (value: number) => Math.round(value / 1_000_000);
  return total > 0 ? `${megabytes(bytes)} of ${megabytes(total)} MB` : `${megabytes(bytes)} MB`;
}

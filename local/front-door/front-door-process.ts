import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { type EnsureOptions, ensureService, type ServiceOutcome } from "../process/background-service.ts";
import type { FrontDoorSettings } from "./front-door-config.ts";
import { STATUS_PATH } from "./status.ts";

export interface FrontDoorPlace {
  /** Folder of the process: its settings, its record, its working directory. */
  readonly folder: string;
  readonly logFile: string;
}

export interface FrontDoorProcess {
  readonly pid: number;
  readonly url: string;
  readonly outcome: ServiceOutcome;
}

const HOST = "127.0.0.1";
const GRACE_MS = 12_000;

/** Runs the front door in the background; one that runs with these settings and this code is left alone. */
export async function ensureFrontDoor(
  { folder, logFile }: FrontDoorPlace,
  settings: FrontDoorSettings,
  options: EnsureOptions,
): Promise<FrontDoorProcess> {
  const text = JSON.stringify({ host: HOST, ...settings }, null, 2);
  const settingsFile = path.join(folder, "front-door.json");
  const url = `http://${HOST}:${settings.port}`;
  const { pid, outcome } = await ensureService(
    {
      name: "front door",
      folder,
      file: process.execPath,
      args: [
        "--disable-warning=ExperimentalWarning",
        path.join(import.meta.dirname, "main.ts"),
        "--config",
        settingsFile,
      ],
      env: {},
      logFile,
      fingerprint: createHash("sha256")
        .update(text)
        .update(await sources())
        .digest("hex"),
      readyUrl: `${url}${STATUS_PATH}`,
      graceMs: GRACE_MS,
      prepare: async () => {
        await mkdir(folder, { recursive: true });
        await writeFile(settingsFile, text);
      },
    },
    options,
  );
  return { pid, url, outcome };
}

/** The code that runs, so that a changed clone replaces a running front door. */
async function sources(): Promise<Buffer> {
  const names = (await readdir(import.meta.dirname)).sort();
  return Buffer.concat(
    await Promise.all(names.map((name) => readFile(path.join(import.meta.dirname, name)))),
  );
}

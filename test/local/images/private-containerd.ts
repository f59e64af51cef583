import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { Readable } from "node:stream";
import { Client, credentials } from "@grpc/grpc-js";
import { execa } from "execa";
import { ensureProgram } from "../../setup/apt.ts";

/** A containerd of its own in a temporary folder, which knows nothing of the machine's. */
export interface PrivateContainerd {
  /** Imports an archive as a machine does before its pods start. */
  import(archive: string): Promise<void>;
  /** Names of all images. */
  imageNames(): Promise<string[]>;
  /** What the kubelet learns when it asks for the image of a container; empty when it would have to be pulled. */
  imageStatus(reference: string): Promise<string>;
  stop(): Promise<void>;
}

/** Copies files instead of stacking file systems, which not every machine allows. */
const SNAPSHOTTER = "native";

export async function startContainerd(): Promise<PrivateContainerd> {
  await ensureProgram("containerd", "containerd");
  const folder = await mkdtemp(path.join(os.tmpdir(), "containerd-"));
  const socket = path.join(folder, "containerd.sock");
  const config = path.join(folder, "config.toml");
  await writeFile(config, configuration(folder, socket));
  const daemon = execa("containerd", ["--config", config], { reject: false, stdin: "ignore" });
  await lineOf(daemon, "containerd successfully booted");
  const client = new Client(`unix:${socket}`, credentials.createInsecure());
  const ctr = (...args: string[]) =>
    execa("ctr", ["--address", socket, "--namespace", "k8s.io", "images", ...args]);
  return {
    import: async (archive) => {
      await ctr("import", "--snapshotter", SNAPSHOTTER, archive);
    },
    imageNames: async () => (await ctr("list", "--quiet")).stdout.split("\n"),
    imageStatus: (reference) => askImageStatus(client, reference),
    stop: async () => {
      client.close();
      daemon.kill();
      await daemon;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Waits for a line of the log; fails with the log when the daemon ends before. */
async function lineOf(daemon: PromiseLike<unknown> & { stderr: Readable }, text: string): Promise<void> {
  let log = "";
  const seen = new Promise<void>((resolve) => {
    daemon.stderr.on("data", (chunk) => {
      log += chunk;
      if (log.includes(text)) resolve();
    });
  });
  const ended = daemon.then(() => Promise.reject(new Error(`containerd ended: ${log}`)));
  await Promise.race([seen, ended]);
}

function configuration(folder: string, socket: string): string {
  return [
    "version = 2",
    `root = "${folder}/root"`,
    `state = "${folder}/state"`,
    "[grpc]",
    `address = "${socket}"`,
    '[plugins."io.containerd.grpc.v1.cri".containerd]',
    `snapshotter = "${SNAPSHOTTER}"`,
    '[plugins."io.containerd.grpc.v1.cri".cni]',
    `conf_dir = "${folder}/cni"`,
  ].join("\n");
}

/** `ImageStatus` of the container runtime interface, whose request holds an image specification that holds the reference. */
function askImageStatus(client: Client, reference: string): Promise<string> {
  const request = field(field(Buffer.from(reference)));
  const method = "/runtime.v1.ImageService/ImageStatus";
  const identity = (bytes: Buffer) => bytes;
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(method, identity, identity, request, (error, response) =>
      error === null ? resolve(response?.toString("latin1") ?? "") : reject(error),
    );
  });
}

/** Field 1 of a protocol buffer message, with up to 16383 bytes. */
function field(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0x0a, (bytes.length & 0x7f) | 0x80, bytes.length >> 7]), bytes]);
}

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { stringify } from "yaml";
import { readKubeconfig } from "../../../../local/plugins/kubernetes/kubeconfig.ts";

const config = {
  "current-context": "one",
  contexts: [
    { name: "one", context: { cluster: "c1", user: "u1" } },
    { name: "two", context: { cluster: "c2", user: "u2", namespace: "team" } },
  ],
  clusters: [
    { name: "c1", cluster: { server: "https://one.example:6443", "certificate-authority": "ca.crt" } },
    { name: "c2", cluster: { server: "https://two.example", "insecure-skip-tls-verify": true } },
    { name: "proxied", cluster: { server: "https://three.example", "proxy-url": "http://proxy" } },
  ],
  users: [
    { name: "u1", user: { "client-certificate-data": "Y2VydA==", "client-key": "client.key" } },
    { name: "u2", user: { tokenFile: "token" } },
  ],
};

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "kubeconfig-"));
  file = path.join(folder, "config");
  writeFileSync(file, stringify(config));
  writeFileSync(path.join(folder, "ca.crt"), "authority");
  writeFileSync(path.join(folder, "client.key"), "key");
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

describe("a kubeconfig", () => {
  it("gives its current context, with certificates from data and from files beside it", () => {
    expect(readKubeconfig({ kubeconfig: file })).toMatchObject({
      contextName: "one",
      server: new URL("https://one.example:6443"),
      namespace: "default",
      tls: {
        ca: Buffer.from("authority"),
        cert: Buffer.from("cert"),
        key: Buffer.from("key"),
        rejectUnauthorized: true,
      },
    });
  });

  it("gives the context asked for, with its namespace and its user's token file", () => {
    expect(readKubeconfig({ kubeconfig: file, context: "two" })).toMatchObject({
      namespace: "team",
      tls: { rejectUnauthorized: false },
      user: { tokenFile: path.join(folder, "token") },
    });
  });

  it("lets the provider's namespace and cluster override the context's", () => {
    const access = readKubeconfig({ kubeconfig: file, context: "one", cluster: "c2", namespace: "mine" });

    expect(access).toMatchObject({ server: new URL("https://two.example"), namespace: "mine" });
  });

  it("may be given as contents", () => {
    expect(readKubeconfig({ kubeconfig: JSON.stringify(config), context: "two" }).contextName).toBe("two");
  });

  it("is found through $KUBECONFIG", () => {
    vi.stubEnv("KUBECONFIG", `${folder}/missing${path.delimiter}${file}`);

    expect(readKubeconfig({}).contextName).toBe("one");
  });

  it.each([
    [
      "a file that is not there",
      { kubeconfig: "/nowhere/config" },
      "kubeconfig: no such file: /nowhere/config",
    ],
    ["a context that it does not have", { context: "three" }, 'no context named "three"; it has: one, two'],
    ["a cluster that it does not have", { cluster: "c9" }, 'no cluster named "c9"; it has: c1, c2, proxied'],
    ["a cluster behind a proxy", { cluster: "proxied" }, "proxy-url is not supported"],
    [
      "contents that are no kubeconfig",
      { kubeconfig: "{contexts: 1}" },
      "kubeconfig (given as contents) cannot be read",
    ],
    [
      "no context at all",
      { kubeconfig: "{contexts: []}" },
      "has no current-context; set the provider argument context",
    ],
  ])("is refused with a reason: %s", (_, choice, message) => {
    expect(() => readKubeconfig({ kubeconfig: file, ...choice })).toThrow(message);
  });
});

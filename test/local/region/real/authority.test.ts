import { createPrivateKey, createPublicKey, createSign, createVerify, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { connect, createServer } from "node:tls";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { Authority, ensureSigningKey, type KeyPairFiles } from "../../../../local/region/real/authority.ts";

const NODE = { commonName: "system:node:one", organization: "system:nodes", usage: "client" } as const;
const SERVER = {
  commonName: "kube-apiserver",
  usage: "server",
  dnsNames: ["kubernetes.default"],
  addresses: ["127.0.0.1", "10.96.0.8"],
} as const;

let folder: string;
let authority: Authority;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "authority-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  authority = await Authority.open(folder, "region-a-authority");
});

const certificateIn = async (file: string) => new X509Certificate(await readFile(file));
const read = (name: string) => readFile(path.join(folder, name), "utf8");
const modeOf = async (file: string) => ((await stat(file)).mode & 0o777).toString(8);

describe("an authority", () => {
  it("signs itself and may sign others, nothing else", async () => {
    const root = await certificateIn(path.join(folder, "ca.crt"));

    expect({ subject: root.subject, isAuthority: root.ca }).toEqual({
      subject: "CN=region-a-authority",
      isAuthority: true,
    });
    expect(root.verify(root.publicKey)).toBe(true);
    expect(root.keyUsage).toBeUndefined();
  });

  it("is the same when its folder is opened again", async () => {
    const before = await Promise.all([read("ca.crt"), read("ca.key")]);

    const again = await Authority.open(folder, "region-a-authority");

    expect(await Promise.all([read("ca.crt"), read("ca.key")])).toEqual(before);
    const { certificate } = await again.issue(folder, "kubelet", NODE);
    const root = await certificateIn(path.join(folder, "ca.crt"));
    expect((await certificateIn(certificate)).verify(root.publicKey)).toBe(true);
  });

  it("is made anew when an interrupted run left its key alone", async () => {
    const key = await read("ca.key");
    await rm(path.join(folder, "ca.crt"));

    await Authority.open(folder, "region-a-authority");

    expect(await read("ca.key")).not.toBe(key);
    const root = await certificateIn(path.join(folder, "ca.crt"));
    expect(root.checkPrivateKey(createPrivateKey(await read("ca.key")))).toBe(true);
  });

  it("publishes its certificate and keeps its key", async () => {
    const published = path.join(folder, "machine", "pki");

    await authority.publish(published);

    expect(await readdir(published)).toEqual(["ca.crt"]);
    expect(await readFile(path.join(published, "ca.crt"), "utf8")).toBe(await read("ca.crt"));
  });
});

describe("a certificate", () => {
  it("is signed by the authority, fits its key and is no authority itself", async () => {
    const files = await authority.issue(folder, "kubelet", NODE);

    const [certificate, root] = await Promise.all([
      certificateIn(files.certificate),
      certificateIn(path.join(folder, "ca.crt")),
    ]);
    expect(certificate.checkIssued(root) && certificate.verify(root.publicKey)).toBe(true);
    expect(certificate.checkPrivateKey(createPrivateKey(await readFile(files.key)))).toBe(true);
    expect(certificate.ca).toBe(false);
  });

  it("names a client and its group, by which the API server knows users", async () => {
    const { certificate } = await authority.issue(folder, "kubelet", NODE);

    const { subject, subjectAltName, keyUsage } = await certificateIn(certificate);
    expect({ subject, subjectAltName, keyUsage }).toEqual({
      subject: "O=system:nodes\nCN=system:node:one",
      subjectAltName: undefined,
      keyUsage: ["1.3.6.1.5.5.7.3.2"],
    });
  });

  it("names a server by all of its names and addresses", async () => {
    const { certificate } = await authority.issue(folder, "apiserver", SERVER);

    const { subject, subjectAltName, keyUsage } = await certificateIn(certificate);
    expect({ subject, subjectAltName, keyUsage }).toEqual({
      subject: "CN=kube-apiserver",
      subjectAltName: "DNS:kubernetes.default, IP Address:127.0.0.1, IP Address:10.96.0.8",
      keyUsage: ["1.3.6.1.5.5.7.3.1"],
    });
  });

  it("is valid already for clocks an hour behind, and for as long as any environment lives", async () => {
    const { certificate } = await authority.issue(folder, "apiserver", SERVER);

    const { validFromDate, validToDate } = await certificateIn(certificate);
    const hours = (date: Date) => Math.round((date.getTime() - Date.now()) / 3_600_000);
    expect([hours(validFromDate), hours(validToDate)]).toEqual([-1, 10 * 365 * 24]);
  });

  it("is kept when it is asked for again", async () => {
    const { certificate } = await authority.issue(folder, "kubelet", NODE);
    const before = await readFile(certificate, "utf8");

    await authority.issue(folder, "kubelet", NODE);

    expect(await readFile(certificate, "utf8")).toBe(before);
  });

  it.each(["certificate", "key"] as const)("is made anew when its %s is missing", async (missing) => {
    const files = await authority.issue(folder, "kubelet", NODE);
    const before = await readFile(files.key, "utf8");
    await rm(files[missing]);

    await authority.issue(folder, "kubelet", NODE);

    expect(await readFile(files.key, "utf8")).not.toBe(before);
    const certificate = await certificateIn(files.certificate);
    expect(certificate.checkPrivateKey(createPrivateKey(await readFile(files.key)))).toBe(true);
  });
});

describe("the service accounts' key", () => {
  it("verifies what it signs, and is kept", async () => {
    const files = await ensureSigningKey(folder, "service-accounts");
    const before = await Promise.all([readFile(files.key, "utf8"), readFile(files.publicKey, "utf8")]);
    const signature = createSign("sha256").update("token").sign(createPrivateKey(before[0]));

    expect(createVerify("sha256").update("token").verify(createPublicKey(before[1]), signature)).toBe(true);
    await ensureSigningKey(folder, "service-accounts");
    expect(await Promise.all([readFile(files.key, "utf8"), readFile(files.publicKey, "utf8")])).toEqual(
      before,
    );
  });

  it("is made anew when an interrupted run left the private half alone", async () => {
    const files = await ensureSigningKey(folder, "service-accounts");
    const before = await readFile(files.key, "utf8");
    await rm(files.publicKey);

    await ensureSigningKey(folder, "service-accounts");

    expect(await readFile(files.key, "utf8")).not.toBe(before);
  });
});

describe("files with keys", () => {
  it("are for their owner alone, as is a folder made for them", async () => {
    const made = path.join(folder, "made", "pki");
    const { key } = await authority.issue(made, "kubelet", NODE);
    const signing = await ensureSigningKey(made, "service-accounts");

    const files = [path.join(folder, "ca.key"), key, signing.key];
    expect(await Promise.all(files.map(modeOf))).toEqual(["600", "600", "600"]);
    expect(await modeOf(made)).toBe("700");
  });

  it("lie alone with their certificates: no draft is left behind", async () => {
    await authority.issue(folder, "kubelet", NODE);
    await ensureSigningKey(folder, "accounts");

    expect((await readdir(folder)).sort()).toEqual([
      ...["accounts.key", "accounts.pub", "ca.crt", "ca.key", "kubelet.crt", "kubelet.key"],
    ]);
  });
});

describe("a connection on loopback", () => {
  const pemOf = async ({ certificate, key }: KeyPairFiles) => ({
    cert: await readFile(certificate),
    key: await readFile(key),
  });

  /** A server that tells its clients who they are, or why it would refuse them. */
  async function serve(files: KeyPairFiles): Promise<number> {
    const asks = { ca: await read("ca.crt"), requestCert: true, rejectUnauthorized: false };
    const server = createServer({ ...(await pemOf(files)), ...asks }, (socket) => {
      const { authorized, authorizationError } = socket;
      socket.end(JSON.stringify(authorized ? socket.getPeerCertificate().subject : authorizationError));
    });
    onTestFinished(() => {
      server.close();
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  }

  /** What a client hears; fails as the connection does. */
  async function ask(port: number, client: object, ca: string): Promise<unknown> {
    return JSON.parse(await text(connect({ port, host: "127.0.0.1", ca, ...client })));
  }

  async function strangers(): Promise<Authority> {
    const other = path.join(folder, "other");
    await mkdir(other);
    return await Authority.open(other, "region-a-authority");
  }

  it("is made by a client of the authority, and the server knows who it is", async () => {
    const port = await serve(await authority.issue(folder, "apiserver", SERVER));
    const client = await pemOf(await authority.issue(folder, "kubelet", NODE));

    expect(await ask(port, client, await read("ca.crt"))).toEqual({
      O: "system:nodes",
      CN: "system:node:one",
    });
  });

  it("is refused to a client without a certificate", async () => {
    const port = await serve(await authority.issue(folder, "apiserver", SERVER));

    expect(await ask(port, {}, await read("ca.crt"))).toBe("UNABLE_TO_GET_ISSUER_CERT");
  });

  it("is refused to a client of another region's authority, even of the same name", async () => {
    const port = await serve(await authority.issue(folder, "apiserver", SERVER));
    const client = await pemOf(await (await strangers()).issue(path.join(folder, "other"), "kubelet", NODE));

    expect(await ask(port, client, await read("ca.crt"))).toBe("CERT_SIGNATURE_FAILURE");
  });

  it("is refused to a server's certificate: it does not serve as a client's", async () => {
    const files = await authority.issue(folder, "apiserver", SERVER);
    const port = await serve(files);

    expect(await ask(port, await pemOf(files), await read("ca.crt"))).toBe("INVALID_PURPOSE");
  });

  it("is not made to a server of another authority", async () => {
    const port = await serve(
      await (await strangers()).issue(path.join(folder, "other"), "apiserver", SERVER),
    );
    const client = await pemOf(await authority.issue(folder, "kubelet", NODE));

    await expect(ask(port, client, await read("ca.crt"))).rejects.toThrow(/signature|self-signed|unable to/);
  });

  it("is not made to a server at an address that its certificate does not name", async () => {
    const elsewhere = { ...SERVER, addresses: ["10.96.0.8"] };
    const port = await serve(await authority.issue(folder, "apiserver", elsewhere));
    const client = await pemOf(await authority.issue(folder, "kubelet", NODE));

    await expect(ask(port, client, await read("ca.crt"))).rejects.toThrow(/IP: 127\.0\.0\.1 is not in/);
  });
});

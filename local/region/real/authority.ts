import { writeWhole } from "../../process/write-whole.ts";
import "reflect-metadata";
import { webcrypto } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";

type PrivateKey = webcrypto.CryptoKey;

/** What one certificate says. */
export interface Subject {
  /** Who it is; the user name of a client. */
  readonly commonName: string;
  /** The group of a client. */
  readonly organization?: string;
  readonly usage: "client" | "server";
  /** Names and addresses of a server. */
  readonly dnsNames?: readonly string[];
  readonly addresses?: readonly string[];
}

/** Paths of a certificate and its key, in PEM. */
export interface KeyPairFiles {
  readonly certificate: string;
  readonly key: string;
}

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

/** Environments are thrown away long before: nothing rotates certificates here. */
const VALID_MS = 10 * 365 * 24 * 3600 * 1000;

/** Clocks may differ by this much. */
const SKEW_MS = 3600 * 1000;

/** The certificate authority of one region. Everything in the region trusts it and nothing else. */
export class Authority {
  readonly #certificate: X509Certificate;
  readonly #key: PrivateKey;

  private constructor(certificate: X509Certificate, key: PrivateKey) {
    this.#certificate = certificate;
    this.#key = key;
  }

  /** The authority kept in the folder as `ca.crt` and `ca.key`, made there when it has none. */
  static async open(folder: string, name: string): Promise<Authority> {
    const files = filesOf(folder, "ca");
    const kept = await readPair(files);
    if (kept !== undefined) return new Authority(new X509Certificate(kept.certificate), kept.key);
    const keys = await generateKeys();
    const certificate = await X509CertificateGenerator.createSelfSigned({
      name: `CN=${name}`,
      keys,
      signingAlgorithm: ALGORITHM,
      ...validity(),
      extensions: [
        new BasicConstraintsExtension(true, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      ],
    });
    await writePair(files, certificate.toString("pem"), keys.privateKey);
    return new Authority(certificate, keys.privateKey);
  }

  /** Writes the authority's certificate, without its key, to `ca.crt` in the folder. */
  async publish(folder: string): Promise<void> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeWhole(filesOf(folder, "ca").certificate, this.#certificate.toString("pem"));
  }

  /** The certificate `<name>.crt` with its key `<name>.key` in the folder, made there when it has none. */
  async issue(folder: string, name: string, subject: Subject): Promise<KeyPairFiles> {
    const files = filesOf(folder, name);
    if ((await readPair(files)) !== undefined) return files;
    const keys = await generateKeys();
    const certificate = await X509CertificateGenerator.create({
      subject: [
        ...(subject.organization === undefined ? [] : [{ O: [subject.organization] }]),
        { CN: [subject.commonName] },
      ],
      issuer: this.#certificate.subject,
      publicKey: keys.publicKey,
      signingKey: this.#key,
      signingAlgorithm: ALGORITHM,
      ...validity(),
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        new ExtendedKeyUsageExtension([
          subject.usage === "server" ? ExtendedKeyUsage.serverAuth : ExtendedKeyUsage.clientAuth,
        ]),
        ...alternativeNames(subject),
      ],
    });
    await writePair(files, certificate.toString("pem"), keys.privateKey);
    return files;
  }
}

function alternativeNames({ dnsNames = [], addresses = [] }: Subject): SubjectAlternativeNameExtension[] {
  const names = [
    ...dnsNames.map((value) => ({ type: "dns" as const, value })),
    ...addresses.map((value) => ({ type: "ip" as const, value })),
  ];
  return names.length === 0 ? [] : [new SubjectAlternativeNameExtension(names)];
}

/** The key pair that signs service-account tokens: `<name>.key` and `<name>.pub` in the folder, made when it has none. */
export async function ensureSigningKey(
  folder: string,
  name: string,
): Promise<{ key: string; publicKey: string }> {
  const files = { key: path.join(folder, `${name}.key`), publicKey: path.join(folder, `${name}.pub`) };
  if ((await readText(files.publicKey)) !== undefined) return files;
  const keys = await generateKeys();
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeWhole(files.key, await privatePem(keys.privateKey));
  const spki = await webcrypto.subtle.exportKey("spki", keys.publicKey);
  // Written last: its presence says that both are there.
  await writeWhole(files.publicKey, PemConverter.encode(spki, "PUBLIC KEY"));
  return files;
}

function validity(): { notBefore: Date; notAfter: Date } {
  const now = Date.now();
  return { notBefore: new Date(now - SKEW_MS), notAfter: new Date(now + VALID_MS) };
}

async function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
}

function filesOf(folder: string, name: string): KeyPairFiles {
  return { certificate: path.join(folder, `${name}.crt`), key: path.join(folder, `${name}.key`) };
}

async function readPair(files: KeyPairFiles): Promise<{ certificate: string; key: PrivateKey } | undefined> {
  const [certificate, key] = await Promise.all([readText(files.certificate), readText(files.key)]);
  if (certificate === undefined || key === undefined) return undefined;
  const [pkcs8] = PemConverter.decode(key);
  if (pkcs8 === undefined) return undefined;
  return { certificate, key: await webcrypto.subtle.importKey("pkcs8", pkcs8, ALGORITHM, true, ["sign"]) };
}

/** The certificate is written last: its presence says that both are there. */
async function writePair(files: KeyPairFiles, certificate: string, key: PrivateKey): Promise<void> {
  await mkdir(path.dirname(files.key), { recursive: true, mode: 0o700 });
  await writeWhole(files.key, await privatePem(key));
  await writeWhole(files.certificate, certificate);
}

async function privatePem(key: PrivateKey): Promise<string> {
  return PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", key), "PRIVATE KEY");
}

async function readText(file: string): Promise<string | undefined> {
  return await readFile(file, "utf8").catch(() => undefined);
}

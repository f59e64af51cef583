import { BlockList, isIPv4 } from "node:net";
import { z } from "zod";
import { CPU_ALLOWED, MEMORY_ALLOWED, parseCpuMillis, parseMemoryBytes } from "../quantity.ts";

/**
 * The kinds of text that the configuration takes. Each is closed: nothing that could change the meaning of a manifest,
 * a query or a shell word (quotes, line breaks, `${}`, blanks) passes any of them.
 * `allowed` is what an error says may stand there instead.
 */

/** A DNS-1123 label that also starts with a letter, so that it can name any Kubernetes object. */
export function label(maxLength: number) {
  return z
    .string()
    .max(maxLength)
    .regex(/^[a-z]([a-z0-9-]*[a-z0-9])?$/)
    .meta({
      allowed: `1 to ${maxLength} lower-case letters, digits and dashes, starting with a letter, ending with a letter or digit`,
    });
}

/** Name of an object that somebody else made: a Secret, a storage class. */
export const objectName = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/)
  .meta({
    allowed: "the name of a Kubernetes object: up to 253 lower-case letters, digits, dashes and dots",
  });

/** A context of a kubeconfig; cloud providers put ARNs and `user@cluster` there. */
export const contextName = z
  .string()
  .max(253)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._:/@-]*$/)
  .meta({ allowed: "the name of a kubeconfig context: up to 253 letters, digits and . _ : / @ -" });

/** A path, never the contents: contents hold credentials and would be stored readable. */
export const kubeconfigPath = z
  .string()
  .max(1024)
  .regex(/^[^\p{Cc}"'`$|;&<>{}]+$/u)
  .meta({ allowed: "the path of a kubeconfig file, not its contents" });

export const cpu = quantity(parseCpuMillis, CPU_ALLOWED);
export const memory = quantity(parseMemoryBytes, MEMORY_ALLOWED);

const quantities = z.strictObject({ cpu: cpu.describe("CPU"), memory: memory.describe("Memory") });

/** Requests and limits of one container, with these defaults. */
export function resourceFields(defaults: Record<"requests" | "limits", z.output<typeof quantities>>) {
  return {
    requests: quantities.default(defaults.requests).describe("What each container is guaranteed"),
    limits: quantities.default(defaults.limits).describe("What each container may use at most"),
  };
}

/** A key of an existing Secret in the namespace of the platform. */
export const secretReference = z.strictObject({
  name: objectName.describe("Name of the Secret"),
  key: z
    .string()
    .max(253)
    .regex(/^[A-Za-z0-9._-]+$/)
    .meta({ allowed: "a key of that Secret: letters, digits and . _ -" })
    .describe("Key within the Secret"),
});

const DIGEST_REFERENCE =
  /^[a-z0-9]+([._-][a-z0-9]+)*(:\d{1,5})?(\/[a-z0-9]+((\.|_{1,2}|-+)[a-z0-9]+)*)*(:[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?@sha256:[0-9a-f]{64}$/;

/** An image that can never change under its name. A tag beside the digest is only a note, and `latest` a wrong one. */
export const imageReference = z
  .string()
  .max(512)
  .regex(DIGEST_REFERENCE)
  .refine((reference) => !/:latest@/.test(reference))
  .meta({
    allowed:
      "an image pinned by digest, such as registry.example.com/agent-runtime@sha256:<64 hex digits>, and not latest",
    fix: "push the image and copy the digest that the registry answers",
  });

/** Address of an HTTP API without credentials, query or fragment. Encrypted, as keys travel to it. */
export const httpsUrl = z
  .string()
  .max(512)
  .regex(/^https:\/\/[A-Za-z0-9.:[\]-]+(\/[A-Za-z0-9._~/-]*)?$/)
  .refine((text) => URL.canParse(text))
  .meta({ allowed: "an https address without user, password, query or fragment" });

/** Within the cluster plain http is common, and no key travels to a collector of traces. */
const IN_CLUSTER =
  /^http:\/\/[a-z0-9-]+\.[a-z0-9-]+\.svc(\.cluster\.local)?(:\d{1,5})?(\/[A-Za-z0-9._~/-]*)?$/;

/** Address of a collector of traces, without credentials, query or fragment. */
export const collectorUrl = z
  .string()
  .max(512)
  .refine((text) => httpsUrl.safeParse(text).success || (IN_CLUSTER.test(text) && URL.canParse(text)))
  .meta({
    allowed:
      "an https address, or within the cluster http://<service>.<namespace>.svc:<port>, without user, password, query or fragment",
  });

const DNS_NAME = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** Where DNS can point: the name or address of a load balancer. */
export const hostAddress = z
  .string()
  .max(253)
  .refine((address) => isIPv4(address) || DNS_NAME.test(address))
  .meta({ allowed: "a DNS name in lower case, or an IPv4 address" });

/** Pods of the coordinator. One is no platform: its loss is an outage. */
export const coordinatorPods = z.int().min(2).max(100);

/** Pods of a class of agents. */
export const agentPods = z.int().min(1).max(100);

/** Pods of Valkey. Fewer than three cannot have a majority that survives the loss of one. */
export const valkeyPods = z.int().min(3).max(7);

/** Where cloud providers hand out credentials to whoever asks. */
const METADATA_RANGE = "169.254.0.0/16";
const metadata = new BlockList();
metadata.addSubnet("169.254.0.0", 16, "ipv4");

/** An address range that may be opened; never one within the link-local range of cloud metadata. */
export const cidr = z
  .cidrv4()
  .refine((range) => !metadata.check(range.split("/")[0] ?? ""))
  .meta({ allowed: `an IPv4 range such as 160.79.104.0/23, outside ${METADATA_RANGE}` });

/** Addresses at which clouds hand out credentials to whoever asks, on any port that answers. */
const METADATA_ADDRESSES = ["169.254.169.254", "169.254.170.2", "169.254.170.23"];

/** Addresses of name servers. Caches on nodes have link-local ones, close to those of cloud metadata. */
export const nameServerCidr = z
  .cidrv4()
  .refine((range) => !METADATA_ADDRESSES.some((address) => holds(range, address)))
  .meta({
    allowed: `an IPv4 range such as 169.254.20.10/32 that holds none of ${METADATA_ADDRESSES.join(", ")}`,
  });

/** The parts of a range that stay closed although the range is open. */
export function closedWithin(range: string): string[] {
  return holds(range, "169.254.0.0") ? [METADATA_RANGE] : [];
}

function holds(range: string, address: string): boolean {
  const [network = "", prefix = ""] = range.split("/");
  if (!isIPv4(network)) return false;
  const list = new BlockList();
  list.addSubnet(network, Number(prefix), "ipv4");
  return list.check(address);
}

function quantity(parse: (text: string) => number, allowed: string) {
  return z
    .string()
    .refine((text) => succeeds(() => parse(text)))
    .meta({ allowed });
}

function succeeds(action: () => unknown): boolean {
  try {
    action();
    return true;
  } catch {
    return false;
  }
}

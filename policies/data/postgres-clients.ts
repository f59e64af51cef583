import type { Field } from "../manifests/field.ts";
import type { Manifest } from "../manifests/manifest.ts";
import { containersOf } from "../manifests/pod-templates.ts";
import { filesOf } from "./object-files.ts";
import { weakModeOf } from "./postgres-settings.ts";

/** Something by which a client of PostgreSQL connects without insisting on TLS. */
export interface WeakClient {
  readonly field: Field;
  /** Such as `sslmode=prefer`. */
  readonly how: string;
}

const MODE_NAME = /^(?:PG)?SSLMODE$/i;
/** An address as a whole, without its query. */
const ADDRESS = /^(?:jdbc:)?postgres(?:ql)?:\/\/(?:[^@/?\s]*@)?([^/?\s]*)\/?[^?\s]*(?:\?(\S*))?$/;
/** What goes through the loopback interface or a socket leaves no pod. */
const LOCAL_HOST = /^(?:|localhost|127\.[\d.]+|\[::1\])(?::\d*)?$/;

/** Every place of an object that says so, and addresses that leave it to the client, which then does not insist. */
export function weakClientsOf(manifest: Manifest): WeakClient[] {
  return [...modesBelow(manifest.root), ...addressesOf(manifest)];
}

function modesBelow(field: Field, name = ""): WeakClient[] {
  if (field.text !== undefined) {
    const how = weakModeOf(MODE_NAME.test(name) ? `${name}=${field.text}` : field.text);
    return how === undefined ? [] : [{ field, how }];
  }
  if (!field.composite) return [];
  const beside = Array.isArray(field.value) ? undefined : field.at("name").text;
  return field.entries().flatMap(([key, child]) => modesBelow(child, key === "value" ? beside : key));
}

/** Variables and entries of a ConfigMap or Secret that are an address; one beside them may say the mode for all. */
function addressesOf(manifest: Manifest): WeakClient[] {
  const environments = containersOf(manifest).map((container) =>
    container.field
      .at("env")
      .items()
      .map((variable) => {
        const field = variable.at("value");
        return { name: variable.at("name").text, field, text: field.text };
      }),
  );
  return [filesOf(manifest), ...environments]
    .filter((values) => !values.some(({ name }) => name === "PGSSLMODE"))
    .flatMap((values) =>
      values.flatMap(({ field, text = "" }) =>
        isAddressWithoutMode(text) ? [{ field, how: "no sslmode" }] : [],
      ),
    );
}

function isAddressWithoutMode(text: string): boolean {
  const [, host = "", query = ""] = ADDRESS.exec(text.trim()) ?? [];
  return !LOCAL_HOST.test(host) && !/(?:^|&)(?:sslmode|ssl)=/.test(query);
}

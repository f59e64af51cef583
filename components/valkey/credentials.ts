import * as pulumi from "@pulumi/pulumi";
import { createRotatingPassword, type Rotation } from "../rotating-password.ts";
import { type AcceptedPasswords, sentinelAccessList, serverAccessList } from "./access-lists.ts";
import { SECRET_KEYS } from "./valkey-pod.ts";

/** They stand in configuration files and shell words. */
const PASSWORD_LENGTH = 40;

interface ValkeyCredentials {
  /** The password to use as the runtime. A secret. */
  readonly password: pulumi.Output<string>;
  /** What the pods read, by key. The passwords of the runtime are there as hashes only. */
  readonly stringData: Record<string, pulumi.Output<string>>;
}

/** Makes the passwords of all users, and the lists of who is let in. */
export function createCredentials(
  name: string,
  rotation: Rotation,
  opts: pulumi.CustomResourceOptions,
): ValkeyCredentials {
  const create = (prefix: string) =>
    createRotatingPassword(prefix, { ...rotation, length: PASSWORD_LENGTH }, opts);
  const app = create(name);
  const internal = create(`${name}-internal`);
  const exporter = create(`${name}-exporter`);
  const accepted = pulumi
    .all([app.accepted, internal.accepted, exporter.accepted])
    .apply(([app, internal, exporter]): AcceptedPasswords => ({ app, internal, exporter }));
  return {
    password: app.current,
    stringData: {
      [SECRET_KEYS.internal]: internal.current,
      [SECRET_KEYS.exporter]: exporter.current,
      [SECRET_KEYS.serverAccessList]: pulumi.secret(
        accepted.apply((passwords) => serverAccessList(passwords)),
      ),
      [SECRET_KEYS.sentinelAccessList]: pulumi.secret(
        accepted.apply((passwords) => sentinelAccessList(passwords)),
      ),
    },
  };
}

import { createHash } from "node:crypto";

/** The passwords that each user of the store is let in with. */
export interface AcceptedPasswords {
  /** The runtime. */
  readonly app: readonly string[];
  /** Replicas, Sentinels and probes, and whoever looks after a pod. */
  readonly internal: readonly string[];
  /** The exporter of metrics. */
  readonly exporter: readonly string[];
}

/** A user of servers and Sentinels. Without a user's name nobody gets in. */
export type StoreUser = keyof AcceptedPasswords;

/** All keys of the runtime begin so, and its channels. */
const APP_PREFIX = "{claude-agents}";

/** What a user may do, as Redis writes it. Only what Redis 7.0 knows: a server refuses a list with an unknown command. */
type Rules = Readonly<Partial<Record<StoreUser, string>>>;

const SERVER_RULES: Rules = {
  // The commands of agent-runtime/src/store/redis, those within its scripts included.
  app:
    `~${APP_PREFIX} ~${APP_PREFIX}:* &${APP_PREFIX}:events:* ` +
    "+get +mget +set +del +unlink +exists +pexpireat +scan " +
    "+hget +hmget +hgetall +hset +hdel +hlen +hscan +hincrby " +
    "+eval +evalsha +script|load +time +wait +publish +subscribe " +
    "+info +ping +select +client|setname +client|getname",
  // Replicas: psync, replconf, ping. Sentinels: what Redis documents for them. By hand: whether writes are taken.
  internal:
    "~probe:* &__sentinel__:hello " +
    "+psync +replconf +ping +info +role " +
    "+multi +exec +slaveof +replicaof +config|rewrite +publish +subscribe +client|setname +client|kill +script|kill " +
    "+get +set +del +wait",
  // No CONFIG: it would tell the passwords of the replicas.
  exporter: "+info +ping +slowlog|len +slowlog|get +latency|latest +latency|histogram",
};

const SENTINEL_RULES: Rules = {
  // What Redis documents for clients that look for the master.
  app:
    "&* +ping +role +info +subscribe +psubscribe +client|setname +client|getname +sentinel|get-master-addr-by-name " +
    "+sentinel|master +sentinel|masters +sentinel|replicas +sentinel|sentinels +sentinel|myid",
  internal:
    "&__sentinel__:hello +ping +info +role +publish +subscribe +client|setname +sentinel|is-master-down-by-addr " +
    "+sentinel|get-master-addr-by-name +sentinel|failover +sentinel|ckquorum +sentinel|master +sentinel|replicas " +
    "+sentinel|sentinels",
};

/** The access list of a server. Holds hashes instead of passwords. */
export function serverAccessList(accepted: AcceptedPasswords): string {
  return accessList(SERVER_RULES, accepted);
}

/** The access list of a Sentinel. Holds hashes instead of passwords. */
export function sentinelAccessList(accepted: AcceptedPasswords): string {
  return accessList(SENTINEL_RULES, accepted);
}

function accessList(rules: Rules, accepted: AcceptedPasswords): string {
  const users = Object.entries(rules).map(([name, rule]) => {
    const hashes = accepted[name as StoreUser].map((password) => `#${sha256(password)}`);
    return `user ${name} on ${hashes.join(" ")} ${rule}\n`;
  });
  return `user default off\n${users.join("")}`;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

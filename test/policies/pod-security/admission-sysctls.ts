/** Those that the baseline standard allows, each with a valid value. */
const SAFE = {
  "kernel.shm_rmid_forced": "1",
  "net.ipv4.ip_local_port_range": "1024 65535",
  "net.ipv4.ip_local_reserved_ports": "8080",
  "net.ipv4.ip_unprivileged_port_start": "0",
  "net.ipv4.ping_group_range": "0 1",
  "net.ipv4.tcp_fin_timeout": "60",
  "net.ipv4.tcp_keepalive_intvl": "75",
  "net.ipv4.tcp_keepalive_probes": "9",
  "net.ipv4.tcp_keepalive_time": "600",
  "net.ipv4.tcp_rmem": "4096 131072 6291456",
  "net.ipv4.tcp_syncookies": "1",
  "net.ipv4.tcp_wmem": "4096 16384 4194304",
};

/** Parameters of the whole node, those of a pod that let it use up what all share, and other spellings of safe ones. */
const UNSAFE = [
  "fs.file-max",
  "fs.mqueue.msg_max",
  "kernel.core_pattern",
  "kernel.msgmax",
  "kernel.sem",
  "kernel.shmmax",
  "net.core.somaxconn",
  "net.ipv4.conf.all.forwarding",
  "net.ipv4.ip_forward",
  "net.ipv4.tcp_keepalive_time.all",
  "net.ipv6.conf.all.disable_ipv6",
  "net/ipv4/tcp_syncookies",
  "vm.overcommit_memory",
];

/** Kernel parameters that a pod may ask for. */
export const SYSCTLS: readonly { readonly name: string; readonly value: string }[] = [
  ...Object.entries(SAFE).map(([name, value]) => ({ name, value })),
  ...UNSAFE.map((name) => ({ name, value: "1" })),
];

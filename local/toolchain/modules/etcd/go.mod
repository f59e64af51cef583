module claude-agents/toolchain/etcd

go 1.26.4

require go.etcd.io/etcd/server/v3 v3.6.14

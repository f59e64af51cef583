module claude-agents/toolchain/kwok

go 1.26.4

require sigs.k8s.io/kwok v0.8.0

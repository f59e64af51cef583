module claude-agents/toolchain/coredns

go 1.26.4

require github.com/coredns/coredns v1.14.7

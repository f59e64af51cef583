module claude-agents/toolchain/prometheus

go 1.26.4

require github.com/prometheus/prometheus v0.315.0

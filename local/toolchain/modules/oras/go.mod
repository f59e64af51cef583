module claude-agents/toolchain/oras

go 1.26.4

require oras.land/oras v1.3.4

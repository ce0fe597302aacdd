module slipway/sandbox/tools/act

go 1.26.0

tool github.com/nektos/act

require github.com/nektos/act v0.2.89

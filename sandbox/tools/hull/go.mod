module slipway/sandbox/tools/hull

go 1.26.0

module slipway/sandbox/tools/keeper

go 1.26.0

module slipway/sandbox/service

go 1.25

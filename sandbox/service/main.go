// The sample service of the sandbox: one static binary that is a web service, a job,
// an init container, a preStop hook and a test client, so that every image is FROM scratch.
package main

import (
	"fmt"
	"os"
)

const usage = `service [serve]                                  web service, configured by environment
service job   [--say TEXT] [--for 2s] [--exit 0]  prints, waits, exits: hooks, Jobs, init containers
service sleep DURATION                            waits: preStop hook of an image without a shell
service get   [--contains TEXT] [--tries 10] URL  asks once a second until it answers 2xx: helm test
`

func main() {
	command, arguments := "serve", []string{}
	if len(os.Args) > 1 {
		command, arguments = os.Args[1], os.Args[2:]
	}
	var code int
	var err error
	switch command {
	case "serve":
		code, err = serve(os.Getenv)
	case "job":
		code, err = job(arguments)
	case "sleep":
		code, err = sleep(arguments)
	case "get":
		code, err = get(arguments)
	default:
		code, err = 2, fmt.Errorf("unknown command %q\n%s", command, usage)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "service:", err)
	}
	os.Exit(code)
}

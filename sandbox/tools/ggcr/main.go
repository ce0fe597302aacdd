// Ggcr serves the registry of go-containerregistry, the one behind `crane registry serve`, from memory and with its
// referrers API on: crane leaves that off and has no flag for it.
package main

import (
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/google/go-containerregistry/pkg/registry"
)

func main() {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, "ggcr:", err)
		os.Exit(1)
	}
	log.Printf("listening on %s", listener.Addr())
	server := &http.Server{Handler: registry.New(registry.WithReferrersSupport(true)), ReadHeaderTimeout: 5 * time.Second}
	log.Fatal(server.Serve(listener))
}

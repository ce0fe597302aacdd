// Bcrypt reads a password from its standard input and prints it as a registry's htpasswd file holds it.
package main

import (
	"fmt"
	"io"
	"os"

	"golang.org/x/crypto/bcrypt"
)

func main() {
	password, err := io.ReadAll(os.Stdin)
	if err == nil {
		var hash []byte
		// The lowest cost: a registry computes it for every request.
		if hash, err = bcrypt.GenerateFromPassword(password, bcrypt.MinCost); err == nil {
			fmt.Println(string(hash))
			return
		}
	}
	fmt.Fprintln(os.Stderr, "bcrypt:", err)
	os.Exit(1)
}

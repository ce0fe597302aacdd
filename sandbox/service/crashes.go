package main

import (
	"os"
	"strconv"
	"strings"
)

// crashFile outlives a container when an emptyDir is mounted at its folder.
const crashFile = "/state/crashes"

// crashAgain says whether this run is one of the first so many, which are to crash; it is counted.
func crashAgain(wanted int) (bool, error) {
	if wanted == 0 {
		return false, nil
	}
	text, err := os.ReadFile(crashFile)
	if err != nil && !os.IsNotExist(err) {
		return false, err
	}
	before, _ := strconv.Atoi(strings.TrimSpace(string(text)))
	if before >= wanted {
		return false, nil
	}
	return true, os.WriteFile(crashFile, []byte(strconv.Itoa(before+1)), 0o600)
}

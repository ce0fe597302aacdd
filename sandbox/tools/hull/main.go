// Hull keeps the sandbox's water out: it runs one command as a child of pid 1 in pid, mount, network, ipc, uts and
// cgroup namespaces of its own, and forwards ports of the host's loopback into them. Whatever dies first, the
// supervisor, pid 1 or the process on the host, the kernel then ends everything inside.
package main

import (
	"encoding/json"
	"fmt"
	"os"
)

// Config is what sandbox/launch.ts writes and hands over as a file.
type Config struct {
	Name     string   `json:"name"`     // names the cgroups, so that a crash can be cleaned up by name
	Hostname string   `json:"hostname"` // of the uts namespace
	Report   string   `json:"report"`   // where the process on the host writes what it opened
	Command  []string `json:"command"`
	Mounts   []Mount  `json:"mounts"` // made in this order, seen inside only
	Forward  struct {
		Single []string `json:"single"` // one port each, dialled inside at 127.0.0.1
		Block  int      `json:"block"`  // adjacent ports, dialled inside at BlockHost
	} `json:"forward"`
	BlockHost string `json:"blockHost"`
}

// Report tells the host who runs, on which ports, and what a crash would leave in the cgroup file systems.
type Report struct {
	Pid       int            `json:"pid"`
	Init      int            `json:"init"`
	PidStart  string         `json:"pidStart"` // in ticks since boot, for a pid alone may be somebody else's later
	InitStart string         `json:"initStart"`
	Ports     map[string]int `json:"ports"`
	BlockFrom int            `json:"blockFrom"`
	BlockTo   int            `json:"blockTo"`
	Cgroups   []string       `json:"cgroups"`
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "hull:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	switch {
	case len(args) == 2 && args[0] == "run":
		config, err := readConfig(args[1])
		if err != nil {
			return err
		}
		return outside(config, args[1])
	case len(args) == 2 && args[0] == "init":
		config, err := readConfig(args[1])
		if err != nil {
			return err
		}
		return inside(config)
	case len(args) > 2 && args[0] == "certificates":
		return certificates(args[1], args[2:])
	}
	return fmt.Errorf("usage: hull run <config> | certificates <dir> <name or address>...")
}

func readConfig(path string) (config Config, err error) {
	text, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(text, &config)
	}
	return config, err
}

package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// A hierarchy is one mounted cgroup file system: many in version 1, one in version 2, both on hybrid machines.
type hierarchy struct {
	mountpoint string
	kind       string // cgroup | cgroup2
	options    string // the controllers, version 1 only
}

// hierarchies reads the cgroup mounts of this mount namespace.
func hierarchies() (found []hierarchy, err error) {
	file, err := os.Open("/proc/self/mountinfo")
	if err != nil {
		return nil, err
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		left, right, _ := strings.Cut(lines.Text(), " - ")
		fields, system := strings.Fields(left), strings.Fields(right)
		if len(fields) < 5 || len(system) < 3 || !strings.HasPrefix(system[0], "cgroup") {
			continue
		}
		options := strings.TrimPrefix(strings.TrimPrefix(system[2], "rw"), ",")
		found = append(found, hierarchy{fields[4], system[0], options})
	}
	return found, nil
}

// enterCgroups makes a cgroup of the given name in every hierarchy and moves this process into it, so that all that
// it starts is accounted and removed there, and nothing of the host's tree is touched. leave moves it back.
func enterCgroups(name string) (made []string, leave func(), err error) {
	all, err := hierarchies()
	if err != nil {
		return nil, nil, err
	}
	var home []string
	leave = func() {
		for _, directory := range home {
			join(directory)
		}
	}
	for _, each := range all {
		current := filepath.Join(each.mountpoint, currentCgroup(each))
		directory := filepath.Join(current, name)
		if onlyVersionTwo(all) { // a cgroup with processes may not delegate controllers, so not below our own
			directory = filepath.Join(each.mountpoint, name)
			delegate(each.mountpoint)
		}
		if err := os.MkdirAll(directory, 0o755); err != nil {
			return made, leave, fmt.Errorf("this machine's cgroups are read-only: %w", err)
		}
		made = append(made, directory)
		for _, file := range []string{"cpuset.cpus", "cpuset.mems"} {
			if inherited, err := os.ReadFile(filepath.Join(filepath.Dir(directory), file)); err == nil {
				os.WriteFile(filepath.Join(directory, file), inherited, 0o644)
			}
		}
		if err := join(directory); err != nil {
			return made, leave, err
		}
		home = append(home, current)
	}
	return made, leave, nil
}

func join(directory string) error {
	return os.WriteFile(filepath.Join(directory, "cgroup.procs"), []byte(strconv.Itoa(os.Getpid())), 0o644)
}

func onlyVersionTwo(all []hierarchy) bool { return len(all) == 1 && all[0].kind == "cgroup2" }

// currentCgroup is where this process is in a hierarchy, as /proc/self/cgroup says (number:controllers:path).
func currentCgroup(in hierarchy) string {
	text, _ := os.ReadFile("/proc/self/cgroup")
	for line := range strings.SplitSeq(strings.TrimSpace(string(text)), "\n") {
		parts := strings.SplitN(line, ":", 3)
		if len(parts) == 3 && (in.kind == "cgroup2" && parts[0] == "0" || parts[1] != "" && sameControllers(parts[1], in.options)) {
			return parts[2]
		}
	}
	return "/"
}

func sameControllers(listed, options string) bool {
	wanted := strings.Split(listed, ",")
	for _, each := range wanted {
		if !strings.Contains(","+options+",", ","+each+",") {
			return false
		}
	}
	return true
}

// mountCgroups shows the inside its own cgroups as the roots; to be called in the new cgroup namespace.
func mountCgroups(all []hierarchy) error {
	if onlyVersionTwo(all) {
		if err := syscall.Mount("cgroup2", all[0].mountpoint, "cgroup2", 0, ""); err != nil {
			return fmt.Errorf("mount cgroup2: %w", err)
		}
		return leaveRootCgroup(all[0].mountpoint)
	}
	if err := syscall.Mount("tmpfs", "/sys/fs/cgroup", "tmpfs", 0, "mode=755"); err != nil {
		return err
	}
	for _, each := range all {
		if err := os.MkdirAll(each.mountpoint, 0o755); err != nil {
			return err
		}
		if err := syscall.Mount(each.kind, each.mountpoint, each.kind, 0, each.options); err != nil {
			return fmt.Errorf("mount %s at %s: %w", each.options, each.mountpoint, err)
		}
	}
	return nil
}

// leaveRootCgroup moves pid 1 to a leaf and lets the siblings have the controllers. That works only once the process on
// the host that made us has left the cgroup too.
func leaveRootCgroup(root string) error {
	leaf := filepath.Join(root, "init")
	if err := os.MkdirAll(leaf, 0o755); err != nil {
		return err
	}
	if err := join(leaf); err != nil {
		return err
	}
	var err error
	for range 200 {
		if err = delegate(root); err == nil {
			return nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	return err
}

// delegate lets the children of a version 2 cgroup have all of its controllers.
func delegate(directory string) error {
	controllers, err := os.ReadFile(filepath.Join(directory, "cgroup.controllers"))
	for _, each := range strings.Fields(string(controllers)) {
		err = errors.Join(err, os.WriteFile(filepath.Join(directory, "cgroup.subtree_control"), []byte("+"+each), 0o644))
	}
	return err
}

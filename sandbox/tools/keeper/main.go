// Keeper runs one part of the sandbox and sees to its end: when its own standard input ends, because whoever started it
// closed it or is dead, the part is killed, and its directory and cgroups are removed.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"time"
)

func main() {
	remove := flag.String("remove", "", "directory that is removed in the end")
	cgroup := flag.String("cgroup", "", "name of the cgroups, in every hierarchy, that are removed in the end")
	apart := flag.Bool("apart", false, "run the part in pid and mount namespaces of its own, which end with it")
	inside := flag.Bool("inside", false, "what keeper calls itself with, in these namespaces")
	flag.Parse()
	if *inside {
		fail(enter(flag.Args()))
	}
	code, err := keep(flag.Args(), *apart)
	err = errors.Join(err, os.RemoveAll(*remove), removeCgroups(*cgroup))
	fail(err)
	os.Exit(code)
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "keeper:", err)
		os.Exit(1)
	}
}

// keep runs the part until it ends by itself, or until nobody holds our standard input open any more.
func keep(argv []string, apart bool) (code int, err error) {
	if len(argv) == 0 {
		return 1, errors.New("usage: keeper [-remove <directory>] [-cgroup <name>] [-apart] <program> [argument...]")
	}
	// The kernel ends the part when the thread that started it ends, so that thread must be ours for good.
	runtime.LockOSThread()
	attributes := &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if apart {
		attributes.Cloneflags = syscall.CLONE_NEWPID
		attributes.Unshareflags = syscall.CLONE_NEWNS // in this form Go makes all mounts private too
		argv = append([]string{"/proc/self/exe", "-inside"}, argv...)
	}
	part := exec.Command(argv[0], argv[1:]...)
	part.Stdout, part.Stderr, part.SysProcAttr = os.Stdout, os.Stderr, attributes
	if err := part.Start(); err != nil {
		return 1, err
	}
	go func() {
		io.Copy(io.Discard, os.Stdin)
		part.Process.Kill()
	}()
	// The first process of a pid namespace is gone only when all the others are.
	if err := part.Wait(); err != nil && part.ProcessState == nil {
		return 1, err
	}
	return part.ProcessState.ExitCode(), nil
}

// enter becomes the part, with a /proc that shows its own namespace and a /run that nobody else sees.
func enter(argv []string) error {
	if err := syscall.Mount("proc", "/proc", "proc", 0, ""); err != nil {
		return fmt.Errorf("mount /proc: %w", err)
	}
	if err := syscall.Mount("tmpfs", "/run", "tmpfs", 0, "mode=755"); err != nil {
		return fmt.Errorf("mount /run: %w", err)
	}
	program, err := exec.LookPath(argv[0])
	if err != nil {
		return err
	}
	return syscall.Exec(program, argv, os.Environ())
}

// removeCgroups removes the cgroups of that name wherever cgroups are mounted: all in one place with version 2, else one
// directory per hierarchy. Only empty ones can be removed, and a process that is gone counts for a moment longer.
func removeCgroups(name string) error {
	if name == "" {
		return nil
	}
	one, _ := filepath.Glob(filepath.Join("/sys/fs/cgroup", name))
	more, _ := filepath.Glob(filepath.Join("/sys/fs/cgroup", "*", name))
	var all error
	for _, root := range append(one, more...) {
		var directories []string
		filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			if err == nil && entry.IsDir() {
				directories = append(directories, path)
			}
			return nil
		})
		for i := len(directories) - 1; i >= 0; i-- {
			all = errors.Join(all, removeEmpty(directories[i]))
		}
	}
	return all
}

func removeEmpty(directory string) error {
	var err error
	for range 100 {
		if err = syscall.Rmdir(directory); err == nil || err == syscall.ENOENT {
			return nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	return fmt.Errorf("remove %s: %w", directory, err)
}

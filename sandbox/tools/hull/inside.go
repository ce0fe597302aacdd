package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// A Mount is a bind of Source (or, without one, a tmpfs) at Target; Write makes Source a file with that content first.
type Mount struct {
	Source string  `json:"source"`
	Target string  `json:"target"`
	Write  *string `json:"write"`
}

// inside is pid 1: mounts, forwards, runs the command, reaps orphans, and ends with the command.
func inside(config Config) error {
	if err := syscall.Sethostname([]byte(config.Hostname)); err != nil {
		return err
	}
	if err := mountAll(config.Mounts); err != nil {
		return err
	}
	if err := forwardAll(config); err != nil {
		return err
	}
	program, err := exec.LookPath(config.Command[0])
	if err != nil {
		return err
	}
	command, err := os.StartProcess(program, config.Command, &os.ProcAttr{
		Env:   os.Environ(),
		Files: []*os.File{os.Stdin, os.Stdout, os.Stderr},
	})
	if err != nil {
		return err
	}
	return reapUntil(command.Pid)
}

// reapUntil collects every orphan (containerd's shims leave some) until the given child ends; never exec.Cmd beside it.
func reapUntil(pid int) error {
	for {
		var status syscall.WaitStatus
		ended, err := syscall.Wait4(-1, &status, 0, nil)
		if err == syscall.EINTR {
			continue
		}
		if err != nil {
			return err
		}
		if ended == pid {
			os.Exit(status.ExitStatus())
		}
	}
}

func mountAll(mounts []Mount) error {
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("make mounts private: %w", err)
	}
	all, err := hierarchies() // before /sys and /proc are covered
	if err != nil {
		return err
	}
	if err := syscall.Mount("proc", "/proc", "proc", 0, ""); err != nil {
		return fmt.Errorf("mount /proc: %w", err)
	}
	if err := syscall.Mount("sysfs", "/sys", "sysfs", 0, ""); err != nil {
		return fmt.Errorf("mount /sys: %w", err)
	}
	if err := mountCgroups(all); err != nil {
		return err
	}
	for _, each := range mounts {
		if err := each.make(); err != nil {
			return fmt.Errorf("mount %s: %w", each.Target, err)
		}
	}
	return nil
}

func (m Mount) make() error {
	if m.Source == "" {
		return syscall.Mount("tmpfs", m.Target, "tmpfs", 0, "mode=755")
	}
	target := m.Target
	if m.Write != nil {
		if err := os.WriteFile(m.Source, []byte(*m.Write), 0o644); err != nil {
			return err
		}
		// A link like resolv.conf's may lead into what a tmpfs has just covered.
		if link, err := os.Readlink(target); err == nil {
			target = link
			if !filepath.IsAbs(link) {
				target = filepath.Join(filepath.Dir(m.Target), link)
			}
			if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
				return err
			}
			file, err := os.OpenFile(target, os.O_CREATE, 0o644)
			if err != nil {
				return err
			}
			file.Close()
		}
	}
	if m.Write == nil {
		for _, directory := range []string{m.Source, target} {
			if err := os.MkdirAll(directory, 0o755); err != nil {
				return err
			}
		}
	}
	return syscall.Mount(m.Source, target, "", syscall.MS_BIND, "")
}

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"syscall"
)

const namespaces = syscall.CLONE_NEWNS | syscall.CLONE_NEWPID | syscall.CLONE_NEWNET |
	syscall.CLONE_NEWIPC | syscall.CLONE_NEWUTS | syscall.CLONE_NEWCGROUP

// outside opens the ports on the host, then clones itself into the namespaces as their pid 1.
func outside(config Config, path string) error {
	// The death signal below is tied to the thread that forks, so that thread must live as long as we do.
	runtime.LockOSThread()
	report := Report{Pid: os.Getpid(), PidStart: startOf(os.Getpid()), Ports: map[string]int{}}
	listeners, err := openPorts(config, &report)
	if err != nil {
		return err
	}
	var leave func()
	report.Cgroups, leave, err = enterCgroups(config.Name)
	if err != nil {
		return err
	}
	// Before the clone: should we be killed in between, the cgroups are known.
	if err := writeReport(config.Report, report); err != nil {
		return err
	}
	files := []*os.File{os.Stdin, os.Stdout, os.Stderr}
	for _, listener := range listeners {
		file, err := listener.File()
		if err != nil {
			return err
		}
		files = append(files, file)
	}
	child, err := os.StartProcess("/proc/self/exe", []string{"hull", "init", path}, &os.ProcAttr{
		Env:   os.Environ(),
		Files: files,
		Sys:   &syscall.SysProcAttr{Cloneflags: namespaces, Pdeathsig: syscall.SIGKILL},
	})
	if err != nil {
		return fmt.Errorf("this machine refuses namespaces: %w", err)
	}
	leave()
	for i, listener := range listeners {
		listener.Close()
		files[i+3].Close()
	}
	report.Init, report.InitStart = child.Pid, startOf(child.Pid)
	if err := writeReport(config.Report, report); err != nil {
		child.Kill()
		return err
	}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	go func() {
		<-stop
		child.Kill()
	}()
	state, err := child.Wait()
	if err != nil {
		return err
	}
	os.Exit(max(state.ExitCode(), 0))
	return nil
}

// openPorts listens on free loopback ports of the host; a listening socket stays in the namespace it was made in.
func openPorts(config Config, report *Report) (open []*net.TCPListener, err error) {
	for _, name := range config.Forward.Single {
		listener, err := listen(0)
		if err != nil {
			return nil, err
		}
		report.Ports[name] = listener.Addr().(*net.TCPAddr).Port
		open = append(open, listener)
	}
	// Below the ephemeral range of every common system, where a block is most likely free.
	for from := 20000 + os.Getpid()%100*100; from < 32000; from += 100 {
		block := openBlock(from, config.Forward.Block)
		if block != nil {
			report.BlockFrom, report.BlockTo = from, from+config.Forward.Block-1
			return append(open, block...), nil
		}
	}
	return nil, fmt.Errorf("no %d adjacent free ports on 127.0.0.1 between 20000 and 32000", config.Forward.Block)
}

func openBlock(from, count int) (block []*net.TCPListener) {
	for port := from; port < from+count; port++ {
		listener, err := listen(port)
		if err != nil {
			for _, taken := range block {
				taken.Close()
			}
			return nil
		}
		block = append(block, listener)
	}
	return block
}

func listen(port int) (*net.TCPListener, error) {
	return net.ListenTCP("tcp4", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
}

func writeReport(path string, report Report) error {
	text, err := json.Marshal(report)
	if err != nil {
		return err
	}
	if err := os.WriteFile(path+".new", text, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// startOf is the 22nd field of a process's stat line; the second, its name, may contain anything but ends with ')'.
func startOf(pid int) string {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	if len(fields) < 20 {
		return ""
	}
	return fields[19]
}

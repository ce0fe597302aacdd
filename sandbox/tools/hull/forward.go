package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"
)

// forwardAll takes the listeners that outside opened (descriptors from 3 on, in its order) and serves them from here.
func forwardAll(config Config) error {
	var report Report
	text, err := os.ReadFile(config.Report)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, &report); err != nil {
		return err
	}
	next := uintptr(3)
	forward := func(host string, port int) error {
		file := os.NewFile(next, fmt.Sprintf("listener %d", port))
		next++
		listener, err := net.FileListener(file)
		if err != nil {
			return err
		}
		file.Close()
		go serve(listener.(*net.TCPListener), net.JoinHostPort(host, fmt.Sprint(port)))
		return nil
	}
	for _, name := range config.Forward.Single {
		if err := forward("127.0.0.1", report.Ports[name]); err != nil {
			return err
		}
	}
	for port := report.BlockFrom; port <= report.BlockTo; port++ {
		if err := forward(config.BlockHost, port); err != nil {
			return err
		}
	}
	return nil
}

// serve goes on after whatever befalls one connection (a client that is gone again, a machine short of descriptors): a
// port that has closed for ever takes the whole sandbox with it.
func serve(listener *net.TCPListener, to string) {
	for {
		client, err := listener.AcceptTCP()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			time.Sleep(50 * time.Millisecond)
			continue
		}
		go carry(client, to)
	}
}

// carry copies both ways, passes a half-close on as a half-close, and a refusal or a reset as a reset.
func carry(client *net.TCPConn, to string) {
	connection, err := net.Dial("tcp4", to)
	if err != nil {
		client.SetLinger(0)
		client.Close()
		return
	}
	server := connection.(*net.TCPConn)
	back := make(chan struct{})
	go func() {
		pour(client, server)
		close(back)
	}()
	pour(server, client)
	<-back
	client.Close()
	server.Close()
}

func pour(into, from *net.TCPConn) {
	if _, err := io.Copy(into, from); err != nil {
		into.SetLinger(0)
		from.SetLinger(0)
		into.Close()
		from.Close()
		return
	}
	into.CloseWrite()
}

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"
)

// finishWithin bounds how long requests in flight may take once the listener is closed.
const finishWithin = 20 * time.Second

type service struct {
	settings
	started  time.Time
	draining atomic.Bool
	served   atomic.Int64
}

func serve(getenv func(string) string) (int, error) {
	s, err := readSettings(getenv)
	if err != nil {
		return 2, err
	}
	if code := s.Faults.CrashAtStart; code != 0 {
		return code, fmt.Errorf("fault: crash at start with exit code %d", code)
	}
	switch again, err := crashAgain(s.Faults.Crashes); {
	case err != nil:
		return 1, err
	case again && s.Faults.CrashAfter == 0:
		return 1, fmt.Errorf("fault: one of %d crashes", s.Faults.Crashes)
	case !again && s.Faults.Crashes > 0:
		s.Faults.CrashAfter = 0
	}
	stop := make(chan os.Signal, 1)
	if s.Faults.IgnoreSigterm {
		signal.Ignore(syscall.SIGTERM, syscall.SIGINT)
	} else {
		signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	}
	if s.Faults.SlowBoot > 0 {
		say("fault: booting for %s", s.Faults.SlowBoot)
		select {
		case <-time.After(s.Faults.SlowBoot):
		case <-stop:
			return 0, nil
		}
	}
	listener, err := net.Listen("tcp", ":"+s.Port)
	if err != nil {
		return 1, err
	}
	say("version %s listens on %s", s.Version, listener.Addr())
	return (&service{settings: s, started: time.Now()}).run(listener, stop)
}

func (s *service) run(listener net.Listener, stop <-chan os.Signal) (int, error) {
	server := &http.Server{Handler: s.routes(), ReadHeaderTimeout: 10 * time.Second}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()

	var crash <-chan time.Time
	if s.Faults.CrashAfter > 0 {
		crash = time.After(s.Faults.CrashAfter)
	}
	if s.Faults.GrowPerSecond > 0 {
		go grow(s.Faults.GrowPerSecond)
	}
	select {
	case err := <-failed:
		return 1, err
	case <-crash:
		return 1, fmt.Errorf("fault: crash after %s", s.Faults.CrashAfter)
	case <-stop:
		return s.drain(server)
	}
}

// drain fails readiness at once, keeps serving until endpoints had time to forget this pod,
// then finishes what is in flight.
func (s *service) drain(server *http.Server) (int, error) {
	s.draining.Store(true)
	say("draining for %s", s.Drain)
	time.Sleep(s.Drain)
	within, cancel := context.WithTimeout(context.Background(), finishWithin)
	defer cancel()
	if err := server.Shutdown(within); err != nil && !errors.Is(err, http.ErrServerClosed) {
		return 1, fmt.Errorf("requests still in flight after %s: %w", finishWithin, err)
	}
	say("drained after %d requests", s.served.Load())
	return 0, nil
}

func (s *service) routes() http.Handler {
	routes := http.NewServeMux()
	routes.HandleFunc("GET /version", s.version)
	routes.HandleFunc("GET /health", s.health)
	routes.HandleFunc("GET /ready", s.ready)
	routes.HandleFunc("GET /slow", s.slow)
	routes.HandleFunc("GET /{$}", s.version)
	return s.hanging(s.leaving(routes))
}

// hanging accepts and never answers once the fault is due, as a deadlocked process would.
func (s *service) hanging(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if due := s.Faults.HangAfter; due != nil && time.Since(s.started) >= *due {
			<-r.Context().Done()
			return
		}
		s.served.Add(1)
		next.ServeHTTP(w, r)
	})
}

// leaving asks clients to reconnect, and so to find another pod. Closing idle connections instead
// (SetKeepAlivesEnabled) would cut off a request that is on its way.
func (s *service) leaving(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.draining.Load() {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}

func (s *service) version(w http.ResponseWriter, _ *http.Request) {
	if rand.Float64() < s.Faults.ErrorRate {
		http.Error(w, "fault: 500 at a rate", http.StatusInternalServerError)
		return
	}
	shown := s.Version
	if s.Faults.WrongVersion != "" {
		shown = s.Faults.WrongVersion
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{
		"version": shown, "image": s.Image, "revision": s.Revision, "pod": s.Pod,
		"uptimeSeconds": time.Since(s.started).Seconds(),
	})
}

func (s *service) health(w http.ResponseWriter, _ *http.Request) {
	fmt.Fprintln(w, "alive")
}

// flapsNow leaves two of every five seconds in which it is ready, until the fault is over.
func (s *service) flapsNow() bool {
	age := time.Since(s.started)
	return age < s.Faults.ReadyFlaps && age%(5*time.Second) >= 2*time.Second
}

func (s *service) ready(w http.ResponseWriter, _ *http.Request) {
	switch {
	case s.draining.Load():
		http.Error(w, "draining", http.StatusServiceUnavailable)
	case s.Faults.NeverReady:
		http.Error(w, "fault: never ready", http.StatusServiceUnavailable)
	case s.flapsNow():
		http.Error(w, "fault: flapping", http.StatusServiceUnavailable)
	default:
		fmt.Fprintln(w, "ready")
	}
}

// slow answers after ?for=2s, so that a test can have a request in flight.
func (s *service) slow(w http.ResponseWriter, r *http.Request) {
	wait, err := time.ParseDuration(r.URL.Query().Get("for"))
	if err != nil {
		http.Error(w, "give ?for=2s", http.StatusBadRequest)
		return
	}
	time.Sleep(wait)
	fmt.Fprintln(w, "done")
}

// grow keeps memory and touches every page of it, until the kernel ends the process.
func grow(perSecond int64) {
	say("fault: growing by %d MiB a second", perSecond>>20)
	var kept [][]byte
	for range time.Tick(100 * time.Millisecond) {
		block := make([]byte, perSecond/10)
		for page := 0; page < len(block); page += 4096 {
			block[page] = 1
		}
		kept = append(kept, block)
	}
	_ = kept
}

func say(format string, values ...any) {
	fmt.Printf(format+"\n", values...)
}

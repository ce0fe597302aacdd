package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// builtVersion may be baked by -ldflags "-X main.builtVersion=v1"; VERSION in the environment wins.
var builtVersion = "dev"

// settings is what the environment asks for; the faults are listed in README.md.
type settings struct {
	Port     string
	Version  string
	Image    string
	Revision string
	Pod      string
	Drain    time.Duration
	Faults   faults
}

type faults struct {
	SlowBoot      time.Duration
	CrashAtStart  int
	CrashAfter    time.Duration
	Crashes       int
	ReadyFlaps    time.Duration
	HangAfter     *time.Duration
	NeverReady    bool
	ErrorRate     float64
	WrongVersion  string
	GrowPerSecond int64
	IgnoreSigterm bool
}

// readSettings reports every fault of the environment at once, by variable name.
func readSettings(getenv func(string) string) (settings, error) {
	r := reader{getenv: getenv}
	s := settings{
		Port:     r.text("PORT", "8080"),
		Version:  r.text("VERSION", builtVersion),
		Image:    r.text("IMAGE", ""),
		Revision: r.text("REVISION", ""),
		Pod:      r.text("POD_NAME", ""),
		Drain:    r.duration("DRAIN", 5*time.Second),
		Faults: faults{
			SlowBoot:      r.duration("FAULT_SLOW_BOOT", 0),
			CrashAtStart:  r.exitCode("FAULT_CRASH_AT_START"),
			CrashAfter:    r.duration("FAULT_CRASH_AFTER", 0),
			Crashes:       r.count("FAULT_CRASHES"),
			ReadyFlaps:    r.duration("FAULT_READY_FLAPS", 0),
			HangAfter:     r.optionalDuration("FAULT_HANG_AFTER"),
			NeverReady:    r.truth("FAULT_NEVER_READY"),
			ErrorRate:     r.rate("FAULT_ERROR_RATE"),
			WrongVersion:  r.text("FAULT_WRONG_VERSION", ""),
			GrowPerSecond: r.bytes("FAULT_MEMORY_GROWTH"),
			IgnoreSigterm: r.truth("FAULT_IGNORE_SIGTERM"),
		},
	}
	return s, errors.Join(r.problems...)
}

type reader struct {
	getenv   func(string) string
	problems []error
}

func (r *reader) text(name, otherwise string) string {
	if value := r.getenv(name); value != "" {
		return value
	}
	return otherwise
}

func (r *reader) duration(name string, otherwise time.Duration) time.Duration {
	if asked := r.optionalDuration(name); asked != nil {
		return *asked
	}
	return otherwise
}

func (r *reader) optionalDuration(name string) *time.Duration {
	value := r.getenv(name)
	if value == "" {
		return nil
	}
	parsed, err := time.ParseDuration(value)
	if err != nil || parsed < 0 {
		r.refuse(name, value, "a duration such as 500ms, 10s")
		return nil
	}
	return &parsed
}

func (r *reader) exitCode(name string) int {
	value := r.getenv(name)
	if value == "" {
		return 0
	}
	code, err := strconv.Atoi(value)
	if err != nil || code < 1 || code > 255 {
		r.refuse(name, value, "an exit code from 1 to 255")
	}
	return code
}

func (r *reader) count(name string) int {
	value := r.getenv(name)
	if value == "" {
		return 0
	}
	count, err := strconv.Atoi(value)
	if err != nil || count < 0 {
		r.refuse(name, value, "a whole number")
	}
	return count
}

func (r *reader) truth(name string) bool {
	switch value := r.getenv(name); value {
	case "", "false":
		return false
	case "true":
		return true
	default:
		r.refuse(name, value, "true or false")
		return false
	}
}

func (r *reader) rate(name string) float64 {
	value := r.getenv(name)
	if value == "" {
		return 0
	}
	rate, err := strconv.ParseFloat(value, 64)
	if err != nil || !(rate >= 0 && rate <= 1) {
		r.refuse(name, value, "a share from 0 to 1")
	}
	return rate
}

func (r *reader) bytes(name string) int64 {
	value := r.getenv(name)
	if value == "" {
		return 0
	}
	digits, isMebi := strings.CutSuffix(value, "Mi")
	amount, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || !isMebi || amount < 1 {
		r.refuse(name, value, "mebibytes a second such as 20Mi")
	}
	return amount << 20
}

func (r *reader) refuse(name, value, want string) {
	r.problems = append(r.problems, fmt.Errorf("%s=%q: give %s", name, value, want))
}

package main

import (
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// job prints, waits and exits as told: a hook, a Job, an init container. It ends early on SIGTERM.
func job(arguments []string) (int, error) {
	flags := flag.NewFlagSet("job", flag.ContinueOnError)
	text := flags.String("say", "", "printed first; \\n starts a new line")
	wait := flags.Duration("for", 0, "how long to run")
	code := flags.Int("exit", 0, "exit code")
	crashes := flags.Int("crashes", 0, "exits 1 that many times first, counted in "+crashFile)
	if err := flags.Parse(arguments); err != nil {
		return 2, nil // flag has printed it
	}
	if flags.NArg() > 0 {
		return 2, fmt.Errorf("job: unexpected %q", flags.Args())
	}
	if *text != "" {
		fmt.Println(strings.ReplaceAll(*text, `\n`, "\n"))
	}
	if again, err := crashAgain(*crashes); again || err != nil {
		return 1, err
	}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	select {
	case <-time.After(*wait):
		return *code, nil
	case <-stop:
		return 143, fmt.Errorf("job: told to stop")
	}
}

func sleep(arguments []string) (int, error) {
	if len(arguments) != 1 {
		return 2, fmt.Errorf("sleep: give one duration")
	}
	wait, err := time.ParseDuration(arguments[0])
	if err != nil {
		return 2, fmt.Errorf("sleep: %w", err)
	}
	time.Sleep(wait)
	return 0, nil
}

// get asks once a second until the answer is 2xx and contains the text.
func get(arguments []string) (int, error) {
	flags := flag.NewFlagSet("get", flag.ContinueOnError)
	contains := flags.String("contains", "", "text that the answer must have")
	tries := flags.Int("tries", 10, "how often to ask, one second apart")
	if err := flags.Parse(arguments); err != nil {
		return 2, nil
	}
	if flags.NArg() != 1 {
		return 2, fmt.Errorf("get: give one URL")
	}
	client := http.Client{Timeout: 5 * time.Second}
	var last string
	for try := range *tries {
		if try > 0 {
			time.Sleep(time.Second)
		}
		answer, err := client.Get(flags.Arg(0))
		if err != nil {
			last = err.Error()
			continue
		}
		body, _ := io.ReadAll(io.LimitReader(answer.Body, 64<<10))
		answer.Body.Close()
		last = fmt.Sprintf("%s: %s", answer.Status, strings.TrimSpace(string(body)))
		if answer.StatusCode/100 == 2 && strings.Contains(string(body), *contains) {
			fmt.Println(last)
			return 0, nil
		}
	}
	return 1, fmt.Errorf("get %s: asked %d times, last answer %s", flags.Arg(0), *tries, last)
}

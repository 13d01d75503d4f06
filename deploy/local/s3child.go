package local

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"syscall"

	"github.com/versity/versitygw/auth"
	"github.com/versity/versitygw/s3api"
	"github.com/versity/versitygw/s3api/middlewares"
	"github.com/versity/versitygw/s3api/utils"
)

// IsChild reports whether this process was started as the S3 server's child.
func IsChild() bool { return len(os.Args) == 1 && os.Args[0] == s3Child }

// ChildMain is the child's main. It takes its order from standard input, serves
// until that closes, and returns the exit code.
func ChildMain() int {
	// Whoever stops the parent also signals its group or its whole service;
	// the parent still needs this server while it drains.
	signal.Ignore(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	stdout := os.Stdout
	// The library writes object keys to these; keys are not for logs.
	if null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0); err == nil {
		os.Stdout, os.Stderr = null, null
	}
	answer := json.NewEncoder(stdout)
	err := serveS3(os.Stdin, func(endpoint string) { _ = answer.Encode(s3Answer{Endpoint: endpoint}) })
	if err != nil {
		_ = answer.Encode(s3Answer{Error: err.Error()})
		return 1
	}
	return 0
}

func serveS3(in io.Reader, ready func(endpoint string)) error {
	stdin := bufio.NewReader(in)
	line, err := stdin.ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("no order came: %w", err)
	}
	var order s3Order
	if err := json.Unmarshal(line, &order); err != nil {
		return err
	}
	store, err := openDurable(order.Root)
	if err != nil {
		return err
	}
	defer store.Shutdown()
	closed := make(chan struct{})
	go func() { // ends with the process: a blocked read cannot be called off
		_, _ = io.Copy(io.Discard, stdin)
		close(closed)
	}()
	// The library cannot tell which port it got for 0, so a free one is chosen
	// here; somebody else may take it first, then another is tried.
	for range 20 {
		endpoint, err := freeAddress(order.Listen)
		if err != nil {
			return err
		}
		if err = listenS3(order, store, endpoint, ready, closed); err == nil {
			return nil
		}
		if endpoint == order.Listen || !errors.Is(err, syscall.EADDRINUSE) {
			return err
		}
	}
	return errors.New("no free port was found")
}

// freeAddress replaces port 0 by a port that is free now, and reports a taken
// one.
func freeAddress(listen string) (string, error) {
	l, err := net.Listen("tcp", listen)
	if errors.Is(err, syscall.EADDRINUSE) {
		return "", fmt.Errorf("port %s is taken by another program; name another", listen)
	}
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// listenS3 serves on endpoint until closed, or returns why it cannot.
func listenS3(order s3Order, store *durable, endpoint string, ready func(string), closed <-chan struct{}) error {
	utils.SetBucketNameValidationStrict(true)
	root := middlewares.RootUserConfig{Access: order.AccessKey, Secret: order.SecretKey}
	iam := auth.NewIAMServiceSingle(auth.Account{Access: order.AccessKey, Secret: order.SecretKey, Role: auth.RoleAdmin})
	listening := make(chan struct{})
	server, err := s3api.New(store, root, order.Region, iam, nil, nil, nil, nil,
		s3api.WithQuiet(),
		s3api.WithKeepAlive(),
		s3api.WithHealth(s3Health),
		s3api.WithConcurrencyLimiter(4096, 1024),
		s3api.WithMpMaxParts(10000),
		s3api.WithOnListen(func() { close(listening) }),
	)
	if err != nil {
		return err
	}
	served := make(chan error, 1)
	go func() { served <- server.ServeMultiPort([]string{endpoint}) }()
	select {
	case err := <-served:
		return err
	case <-listening:
	}
	// The library listens a moment before it serves, and a shutdown in that
	// moment would be lost. The answer to a request shows that it is over.
	if err := (&S3{Endpoint: endpoint}).Health(context.Background()); err != nil {
		return err
	}
	ready(endpoint)
	select {
	case err := <-served:
		return err
	case <-closed:
		err := server.ShutDown()
		<-served // tells of its closed listener and nothing else
		return err
	}
}

package local

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"path/filepath"
	"strconv"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

const (
	// natsSync bounds what JetStream may forget when the machine (not the
	// process) dies. Syncing every message costs four times the throughput and
	// the sweep announces forgotten work again.
	natsSync = time.Second
	// natsStore is the most JetStream may keep; unset, the server would size
	// itself from the disk. Messages are ids, so this is millions of them.
	natsStore = 8 << 30
	// natsStart is how long the server may take to read its store.
	natsStart = 30 * time.Second
)

// NATSConfig says where JetStream keeps its messages.
type NATSConfig struct {
	Dir    string // folder of the store
	Listen string // host:port of a TCP listener for other processes; empty: none
	Token  string // what a client must show; empty: nothing
	Log    *slog.Logger
}

// NATS is a NATS server with JetStream inside this process.
type NATS struct {
	URL string // for other processes, with the token; empty without listener

	server *server.Server
	token  string
}

// StartNATS starts the server and waits until clients can connect.
func StartNATS(ctx context.Context, cfg NATSConfig) (*NATS, error) {
	dir, err := filepath.Abs(cfg.Dir)
	if err != nil {
		return nil, err
	}
	// The server would make missing parents itself, closed to everyone else.
	if err := makeFolder(dir, 0o700); err != nil {
		return nil, err
	}
	opts := &server.Options{
		ServerName:             "dictation",
		DontListen:             cfg.Listen == "",
		Authorization:          cfg.Token,
		JetStream:              true,
		StoreDir:               dir,
		JetStreamMaxStore:      natsStore,
		JetStreamMaxMemory:     64 << 20,
		SyncInterval:           natsSync,
		NoSigs:                 true, // signals belong to main
		DisableJetStreamBanner: true,
	}
	if cfg.Listen != "" {
		if opts.Host, opts.Port, err = listenAddress(cfg.Listen); err != nil {
			return nil, err
		}
	}
	s, err := server.NewServer(opts)
	if err != nil {
		return nil, fmt.Errorf("NATS cannot start: %w", err)
	}
	log := newNATSLog(logOrNone(cfg.Log))
	s.SetLoggerV2(log, false, false, false)
	n := &NATS{server: s, token: cfg.Token}
	go s.Start() // returns by itself; Close waits for what it started
	if err := n.ready(ctx, log); err != nil {
		n.Close()
		return nil, err
	}
	if a, ok := s.Addr().(*net.TCPAddr); ok && cfg.Listen != "" {
		n.URL = (&url.URL{Scheme: "nats", User: url.User(cfg.Token), Host: a.String()}).String()
	}
	return n, nil
}

func (n *NATS) ready(ctx context.Context, log *natsLog) error {
	ctx, cancel := context.WithTimeout(ctx, natsStart)
	defer cancel()
	for !n.server.ReadyForConnections(50*time.Millisecond) || !n.server.JetStreamEnabled() {
		select {
		case <-log.dead:
			return fmt.Errorf("NATS cannot start: %w", log.err)
		case <-ctx.Done():
			return fmt.Errorf("NATS was not ready in time: %w", ctx.Err())
		default: // ReadyForConnections has waited
		}
	}
	return nil
}

// Connect opens a connection inside the process, without a network.
func (n *NATS) Connect(opts ...nats.Option) (*nats.Conn, error) {
	opts = append([]nats.Option{nats.InProcessServer(n.server), nats.Token(n.token)}, opts...)
	return nats.Connect("", opts...)
}

// Health reports whether the server runs and JetStream takes messages.
func (n *NATS) Health() error {
	if !n.server.Running() || !n.server.JetStreamEnabled() {
		return errors.New("NATS is not running")
	}
	return nil
}

// Close stops the server and waits until its store is written.
func (n *NATS) Close() {
	n.server.Shutdown()
	n.server.WaitForShutdown()
}

// listenAddress splits host:port in the form the server's options want it.
func listenAddress(s string) (host string, port int, err error) {
	host, p, err := net.SplitHostPort(s)
	if err == nil {
		port, err = strconv.Atoi(p)
	}
	if err != nil || port < 0 || port > 65535 {
		return "", 0, fmt.Errorf("%q is not an address such as 127.0.0.1:4222", s)
	}
	if port == 0 {
		port = server.RANDOM_PORT
	}
	return host, port, nil
}

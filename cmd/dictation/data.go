package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/nats-io/nats.go"

	"dictation/deploy/local"
	"dictation/pipeline/blob"
)

// dataFolder is where "run" keeps everything: the flag, the environment, or the
// usual place of this user. Root's is outside of its home, which PostgreSQL's
// own user could not enter.
func dataFolder(flag string, c config) (string, error) {
	dir := flag
	if dir == "" {
		dir = c.Data
	}
	if dir == "" && os.Geteuid() == 0 {
		dir = "/var/lib/dictation"
	}
	if dir == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", fmt.Errorf("find a data folder: %w (name one with --data)", err)
		}
		dir = filepath.Join(home, ".local", "share", "dictation")
		if x := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(x) {
			dir = filepath.Join(x, "dictation")
		}
	}
	return filepath.Abs(dir)
}

// running is what a running "run" tells other commands on the same machine, in
// DATA/running.json (mode 0600: it holds keys).
type running struct {
	PID         int    `json:"pid"`
	URL         string `json:"url"`
	DatabaseURL string `json:"database_url"`
	NATSURL     string `json:"nats_url"`
	S3Endpoint  string `json:"s3_endpoint"`
	S3Region    string `json:"s3_region"`
	S3AccessKey string `json:"s3_access_key"`
	S3SecretKey string `json:"s3_secret_key"`
}

func runningFile(data string) string { return filepath.Join(data, "running.json") }

// write stores the file so that no reader sees half of it.
func (r running) write(data string) error { return writeJSON(runningFile(data), r) }

// writeJSON replaces a private file at once.
func writeJSON(file string, v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return replace(file, append(b, '\n'))
}

// replace writes a private file so that after a power cut it has the old content
// or the new one.
func replace(file string, content []byte) error {
	f, err := os.OpenFile(file+".new", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if _, err = f.Write(content); err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := os.Rename(file+".new", file); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(file))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// readRunning finds the "run" of a data folder; nil when none is running.
func readRunning(data string) (*running, error) {
	b, err := os.ReadFile(runningFile(data))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var r running
	if err := json.Unmarshal(b, &r); err != nil {
		return nil, fmt.Errorf("%s: %w", runningFile(data), err)
	}
	if !alive(r.PID) {
		return nil, nil
	}
	return &r, nil
}

// servers gives the servers of a running "run".
func (r running) servers(c config) servers {
	return servers{
		database: r.DatabaseURL,
		s3: blob.Config{
			Endpoint: r.S3Endpoint, Region: r.S3Region, AccessKey: r.S3AccessKey, SecretKey: r.S3SecretKey,
			Bucket: c.S3Bucket, Intake: c.S3Intake,
		},
		nats: func(opts ...nats.Option) (*nats.Conn, error) { return nats.Connect(r.NATSURL, opts...) },
	}
}

// embedded gives the servers that this process started.
func embedded(s *local.Servers, c config) servers {
	return servers{
		database: s.Postgres.URL,
		s3: blob.Config{
			Endpoint: s.S3.Endpoint, Region: s.S3.Region, AccessKey: s.S3.AccessKey, SecretKey: s.S3.SecretKey,
			Bucket: c.S3Bucket, Intake: c.S3Intake,
		},
		nats: s.NATS.Connect,
	}
}

// joinServers finds the servers of a role: those in the environment, else those
// of the "run" on the data folder.
func joinServers(c *config, dataFlag string) (servers, error) {
	if c.DatabaseURL != "" || c.NATSURL != "" || c.S3Endpoint != "" {
		return named(*c)
	}
	data, err := dataFolder(dataFlag, *c)
	if err != nil {
		return servers{}, err
	}
	r, err := readRunning(data)
	if err != nil {
		return servers{}, err
	}
	if r == nil {
		_, err := named(*c)
		return servers{}, fmt.Errorf("no \"dictation run\" is running on %s (name its folder with --data), and %w", data, err)
	}
	// Who joins a site signs with its key.
	if c.SigningKey == "" {
		if c.SigningKey, err = siteKey(data); err != nil {
			return servers{}, err
		}
	}
	return r.servers(*c), nil
}

// siteKey reads the key that signs this folder's notes, or makes it.
func siteKey(data string) (string, error) {
	file := filepath.Join(data, "secrets", "signing-key")
	b, err := os.ReadFile(file)
	if key := strings.TrimSpace(string(b)); err == nil && key != "" {
		return key, nil
	}
	if err == nil {
		return "", fmt.Errorf("%s is empty: bring it back from a backup, or remove it to begin with a new key", file)
	}
	if !errors.Is(err, os.ErrNotExist) {
		return "", err
	}
	key := newSigningKey()
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return "", err
	}
	return key, replace(file, []byte(key+"\n"))
}

// newSigningKey makes an Ed25519 seed, base64.
func newSigningKey() string {
	seed := make([]byte, ed25519.SeedSize)
	rand.Read(seed) // never fails, by its documentation
	return base64.StdEncoding.EncodeToString(seed)
}

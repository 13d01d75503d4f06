package main

import (
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"os"
	"reflect"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"
	"github.com/spf13/cobra"

	"dictation/pipeline"
)

// config is everything that can be set, by environment. Names are DICTATION_
// and the name in the tag; a value may also stand in a file named by the same
// name with _FILE.
type config struct {
	Data      string `env:"DATA" doc:"folder of everything 'run' keeps; default /var/lib/dictation for root, else ~/.local/share/dictation"`
	Listen    string `env:"LISTEN" envDefault:"127.0.0.1:8080" doc:"address of the web pages and the API"`
	PublicURL string `env:"PUBLIC_URL" doc:"address people use when a proxy stands in front, for example https://dictation.example.org"`
	Proxies   string `env:"TRUSTED_PROXIES" doc:"addresses or networks of proxies whose X-Forwarded-For is believed, separated by commas"`
	TLSCert   string `env:"TLS_CERT" doc:"PEM file of the server certificate; with TLS_KEY pages are served over TLS"`
	TLSKey    string `env:"TLS_KEY" doc:"PEM file of its key"`
	LogLevel  string `env:"LOG_LEVEL" envDefault:"info" doc:"debug, info, warn or error"`
	LogJSON   bool   `env:"LOG_JSON" envDefault:"false" doc:"log as JSON lines"`

	DatabaseURL string `env:"DATABASE_URL" secret:"true" doc:"PostgreSQL address, for example postgres://dictation@db/dictation"`
	NATSURL     string `env:"NATS_URL" secret:"true" doc:"NATS address, for example nats://nats:4222"`
	NATSCreds   string `env:"NATS_CREDS" doc:"file with NATS credentials"`
	S3Endpoint  string `env:"S3_ENDPOINT" doc:"host:port of the S3 server"`
	S3Region    string `env:"S3_REGION" envDefault:"us-east-1" doc:"region of the S3 server"`
	S3AccessKey string `env:"S3_ACCESS_KEY" secret:"true" doc:"key to the S3 server"`
	S3SecretKey string `env:"S3_SECRET_KEY" secret:"true" doc:"its secret"`
	S3TLS       bool   `env:"S3_TLS" envDefault:"false" doc:"speak TLS with the S3 server"`
	S3Bucket    string `env:"S3_BUCKET" envDefault:"dictation" doc:"bucket of recordings"`
	S3Intake    string `env:"S3_INTAKE_BUCKET" envDefault:"dictation-intake" doc:"bucket other programs drop recordings into"`
	SigningKey  string `env:"SIGNING_KEY" secret:"true" doc:"key that signs notes; make one with 'dictation signing-key'"`

	Engine          string        `env:"ENGINE" envDefault:"pocketsphinx" doc:"recogniser: pocketsphinx, or none to type from scratch"`
	MaxUpload       int64         `env:"MAX_UPLOAD_MB" envDefault:"2048" doc:"largest recording in MB"`
	MaxDuration     time.Duration `env:"MAX_DURATION" envDefault:"4h" doc:"longest recording"`
	DecodeSlots     int           `env:"DECODE_SLOTS" envDefault:"2" doc:"recordings decoded at a time in one worker"`
	TranscribeSlots int           `env:"TRANSCRIBE_SLOTS" envDefault:"2" doc:"recordings recognised at a time in one worker"`
	DeliverSlots    int           `env:"DELIVER_SLOTS" envDefault:"4" doc:"notes delivered at a time in one worker"`
	Attempts        int           `env:"ATTEMPTS" envDefault:"5" doc:"tries of a stage before it is failed"`
	Lease           time.Duration `env:"LEASE" envDefault:"30s" doc:"silence after which a worker's job is given to another"`
	ReviewLease     time.Duration `env:"REVIEW_LEASE" envDefault:"2m" doc:"silence after which a person's job goes back to the queue"`
	Session         time.Duration `env:"SESSION" envDefault:"12h" doc:"longest sign-in"`
	Idle            time.Duration `env:"IDLE" envDefault:"30m" doc:"sign-in ends after this long without a request"`
}

// prefix of all names in the environment.
const prefix = "DICTATION_"

// loadConfig reads the environment.
func loadConfig() (config, error) {
	vars, err := resolveFiles(os.Environ())
	if err != nil {
		return config{}, err
	}
	var c config
	if err := env.ParseWithOptions(&c, env.Options{Prefix: prefix, Environment: vars}); err != nil {
		return c, fmt.Errorf("read the settings: %w", err)
	}
	return c, nil
}

// resolveFiles gives the DICTATION_ variables; NAME_FILE stands for the content
// of the file it names.
func resolveFiles(environ []string) (map[string]string, error) {
	vars := make(map[string]string)
	for _, kv := range environ {
		k, v, _ := strings.Cut(kv, "=")
		if !strings.HasPrefix(k, prefix) || v == "" {
			continue
		}
		if name, ok := strings.CutSuffix(k, "_FILE"); ok {
			b, err := os.ReadFile(v)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", k, err)
			}
			k, v = name, strings.TrimSpace(string(b))
		}
		vars[k] = v
	}
	return vars, nil
}

// log makes the program's logger.
func (c config) log(w io.Writer) (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.LogLevel)); err != nil {
		return nil, fmt.Errorf("%sLOG_LEVEL: %w", prefix, err)
	}
	opts := &slog.HandlerOptions{Level: level}
	if c.LogJSON {
		return slog.New(traced{slog.NewJSONHandler(w, opts)}), nil
	}
	return slog.New(traced{slog.NewTextHandler(w, opts)}), nil
}

// check refuses settings that would only fail later.
func (c config) check() error {
	if c.Engine != "pocketsphinx" && c.Engine != "none" {
		return fmt.Errorf("%sENGINE: there is no engine %q; use pocketsphinx or none", prefix, c.Engine)
	}
	if (c.TLSCert == "") != (c.TLSKey == "") {
		return fmt.Errorf("set both %sTLS_CERT and %sTLS_KEY, or neither", prefix, prefix)
	}
	_, err := c.proxies()
	return err
}

// proxies reads the trusted proxies.
func (c config) proxies() ([]netip.Prefix, error) {
	var list []netip.Prefix
	for _, s := range strings.FieldsFunc(c.Proxies, func(r rune) bool { return r == ',' || r == ' ' }) {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			a, err := netip.ParseAddr(s)
			if err != nil {
				return nil, fmt.Errorf("%sTRUSTED_PROXIES: %q is neither an address nor a network", prefix, s)
			}
			p = netip.PrefixFrom(a, a.BitLen())
		}
		list = append(list, p)
	}
	return list, nil
}

// signingKey reads the site's key: the Ed25519 seed, base64.
func (c config) signingKey() (ed25519.PrivateKey, error) {
	if c.SigningKey == "" {
		return nil, fmt.Errorf("%sSIGNING_KEY is not set; make a key with \"dictation signing-key\" and keep it safe", prefix)
	}
	seed, err := base64.StdEncoding.DecodeString(c.SigningKey)
	if err != nil || len(seed) != ed25519.SeedSize {
		return nil, fmt.Errorf("%sSIGNING_KEY is not a key made by \"dictation signing-key\"", prefix)
	}
	return ed25519.NewKeyFromSeed(seed), nil
}

// slots is how many jobs of each stage a worker does at a time.
func (c config) slots() map[pipeline.Stage]int {
	return map[pipeline.Stage]int{pipeline.Decode: c.DecodeSlots, pipeline.Transcribe: c.TranscribeSlots, pipeline.Deliver: c.DeliverSlots}
}

func configCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "config",
		Short: "Print the settings in force, secrets hidden",
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := loadConfig()
			if err != nil {
				return err
			}
			return c.print(cmd.OutOrStdout())
		},
	}
}

// print writes the settings as an environment file with their meaning.
func (c config) print(w io.Writer) error {
	v := reflect.ValueOf(c)
	for i := range v.NumField() {
		f := v.Type().Field(i)
		value := fmt.Sprint(v.Field(i).Interface())
		if d, ok := v.Field(i).Interface().(time.Duration); ok {
			value = shortDuration(d)
		}
		if f.Tag.Get("secret") != "" && value != "" {
			value = "(hidden)"
		}
		if _, err := fmt.Fprintf(w, "# %s\n%s%s=%s\n", f.Tag.Get("doc"), prefix, f.Tag.Get("env"), value); err != nil {
			return err
		}
	}
	return nil
}

// shortDuration is 2h0m0s as people write it: 2h.
func shortDuration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

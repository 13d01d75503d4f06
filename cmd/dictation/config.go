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

	"dictation/audio"
	"dictation/pipeline"
	"dictation/pipeline/decode"
	"dictation/pipeline/decode/ffmpeg"
	"dictation/pipeline/transcribe"
	"dictation/pipeline/transcribe/pocketsphinx"
)

// config is everything that can be set, by environment. Names are DICTATION_
// and the name in the tag; a value may also stand in a file named by the same
// name with _FILE.
type config struct {
	Data      string        `env:"DATA" doc:"folder of everything 'run' keeps; default /var/lib/dictation for root, else ~/.local/share/dictation"`
	Listen    string        `env:"LISTEN" envDefault:"127.0.0.1:8080" doc:"address of the web pages and the API"`
	HL7Listen string        `env:"HL7_LISTEN" doc:"address that takes the hospital's HL7 feed of patients and visits (ADT, SIU over MLLP); empty: none"`
	HL7Keep   time.Duration `env:"HL7_KEEP" envDefault:"720h" doc:"how long messages of the feed are kept as they came"`
	HL7Issuer string        `env:"HL7_AUTHORITY" doc:"assigning authority of our record numbers in PID-3.4; empty: the first number of type MR"`
	PublicURL string        `env:"PUBLIC_URL" doc:"address people use when a proxy stands in front, for example https://dictation.example.org"`
	Proxies   string        `env:"TRUSTED_PROXIES" doc:"addresses or networks of proxies whose X-Forwarded-For is believed, separated by commas"`
	TLSCert   string        `env:"TLS_CERT" doc:"PEM file of the server certificate; with TLS_KEY pages are served over TLS"`
	TLSKey    string        `env:"TLS_KEY" doc:"PEM file of its key"`
	LogLevel  string        `env:"LOG_LEVEL" envDefault:"info" doc:"debug, info, warn or error"`
	LogJSON   bool          `env:"LOG_JSON" envDefault:"false" doc:"log as JSON lines"`

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

	QACritical      float64       `env:"QA_CRITICAL" envDefault:"3" doc:"points that a critical mark of QA costs, of 100"`
	QANoncritical   float64       `env:"QA_NONCRITICAL" envDefault:"1" doc:"points that a noncritical mark costs"`
	QAFeedback      float64       `env:"QA_FEEDBACK" envDefault:"0" doc:"points that a feedback mark costs"`
	QAPass          float64       `env:"QA_PASS" envDefault:"98" doc:"least score of a text that passes QA"`
	QACriticalFails bool          `env:"QA_CRITICAL_FAILS" envDefault:"true" doc:"a text with any critical mark does not pass"`
	UndoFor         time.Duration `env:"UNDO_FOR" envDefault:"5m" doc:"how long a transcriptionist can take back a text that nobody has taken up"`

	LoginSecondFactor bool `env:"LOGIN_SECOND_FACTOR" envDefault:"true" doc:"signing in asks for the second factor of accounts that have one; false: only signatures ask"`

	SignAsk     bool   `env:"SIGN_ASK" envDefault:"false" doc:"refuse signatures by programs that do not say which doubtful places their signers heard; pages always say"`
	SignConfirm string `env:"SIGN_CONFIRM" envDefault:"critical" doc:"which doubtful places a signer must have heard or checked: critical, all or none"`

	TypeUnidentified bool   `env:"TYPE_UNIDENTIFIED" envDefault:"false" doc:"whether typists may work on dictations of which it is open whose they are; nobody can sign them before that is known"`
	NeedVisit        string `env:"NEED_VISIT" doc:"kinds of documents that belong to a visit, separated by commas: one without waits in the queue of the unidentified; empty: none"`

	Letterhead   string `env:"LETTERHEAD" doc:"what stands above printed notes and letters, may have several lines; DICTATION_LETTERHEAD_FILE names a file of it"`
	Destinations string `env:"DESTINATIONS" secret:"true" doc:"records systems that signed notes are sent to besides the built-in record, as JSON; DICTATION_DESTINATIONS_FILE names a file of it"`

	Engine          string        `env:"ENGINE" envDefault:"pocketsphinx" doc:"speech engines in the order they are tried, separated by commas: pocketsphinx, those of ENGINES, none to type from scratch"`
	Engines         string        `env:"ENGINES" secret:"true" doc:"more speech engines, and rules for choosing, as JSON; DICTATION_ENGINES_FILE names a file of it"`
	Language        string        `env:"LANGUAGE" envDefault:"en-US" doc:"language that is dictated (BCP 47)"`
	EngineKey       string        `env:"ENGINE_KEY" secret:"true" doc:"key to the speech servers that have no key_file in ENGINES"`
	EngineFailures  int           `env:"ENGINE_FAILURES" envDefault:"5" doc:"failures in a row until a speech engine is left alone for a while"`
	EngineRest      time.Duration `env:"ENGINE_REST" envDefault:"30s" doc:"how long that is"`
	MaxUpload       int64         `env:"MAX_UPLOAD_MB" envDefault:"2048" doc:"largest recording in MB"`
	RecordingWait   time.Duration `env:"RECORDING_WAIT" envDefault:"336h" doc:"how long a recording that its author began waits to be finished; then it is put on hold for a person as it is"`
	RecordingChunks time.Duration `env:"RECORDING_CHUNKS" envDefault:"720h" doc:"how long what was spoken over or discarded is kept after a recording was sent"`
	LearnAt         string        `env:"LEARN_AT" envDefault:"02:30" doc:"time of day at which \"run\" teaches the embedded speech engine from signed notes; empty: never"`
	Withhold        float64       `env:"WITHHOLD_ABOVE" envDefault:"0.4" doc:"share of wrong words in an author's drafts from which on typists begin with an empty page; 0: never"`
	WithholdNotes   int           `env:"WITHHOLD_NOTES" envDefault:"5" doc:"least signed notes of the author to judge by"`
	MaxDuration     time.Duration `env:"MAX_DURATION" envDefault:"4h" doc:"longest recording, at most 24h (limit MaxDuration)"`
	PlaybackFrom    time.Duration `env:"PLAYBACK_FROM" envDefault:"2m" doc:"length from which on a recording gets a small copy for slow links; -1s: never"`
	MinRate         int           `env:"MIN_RATE" envDefault:"4000" doc:"lowest number of samples a second in a recording (limit MinRate)"`
	MaxRate         int           `env:"MAX_RATE" envDefault:"192000" doc:"highest number of samples a second (limit MaxRate)"`
	MaxChannels     int           `env:"MAX_CHANNELS" envDefault:"8" doc:"most sound channels (limit MaxChannels)"`
	MaxMetadata     int64         `env:"MAX_METADATA" envDefault:"1048576" doc:"most bytes looked at of one description in a recording (limit MaxMetadata)"`
	MaxChunks       int           `env:"MAX_CHUNKS" envDefault:"4096" doc:"most parts of a recording's file (limit MaxChunks)"`
	FFmpeg          string        `env:"FFMPEG" doc:"program that decodes what dictation does not read itself; default the ffmpeg in PATH"`
	FFmpegMinTime   time.Duration `env:"FFMPEG_MIN_TIME" envDefault:"1m" doc:"time that ffmpeg may take for any recording (limit MinTime)"`
	FFmpegRate      int64         `env:"FFMPEG_BYTES_PER_SECOND" envDefault:"100000" doc:"bytes that ffmpeg must get through in a second where that takes longer (limit BytesPerSecond)"`
	FFmpegMemory    int64         `env:"FFMPEG_MAX_MEMORY_MB" envDefault:"2048" doc:"address space of ffmpeg in MB (limit MaxMemory)"`
	FFmpegOpen      bool          `env:"FFMPEG_UNCONFINED" envDefault:"false" doc:"run ffmpeg where the kernel has no Landlock: a recording that takes it over could then read what this program's user can"`
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
	r, err := c.router(pocketsphinx.Config{}, transcribe.Shadow{})
	if err != nil {
		return err
	}
	r.Close()
	if _, err := c.destinations(); err != nil {
		return err
	}
	if c.QACritical < 0 || c.QANoncritical < 0 || c.QAFeedback < 0 || c.QAPass < 0 || c.QAPass > 100 {
		return fmt.Errorf("%sQA_…: points are 0 or more, the score that passes lies between 0 and 100", prefix)
	}
	if (c.TLSCert == "") != (c.TLSKey == "") {
		return fmt.Errorf("set both %sTLS_CERT and %sTLS_KEY, or neither", prefix, prefix)
	}
	if c.LearnAt != "" {
		if _, err := nextTime(c.LearnAt, time.Now()); err != nil {
			return err
		}
	}
	_, err = c.proxies()
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

// siteSeed is the site's key as bytes; nothing where this process has none.
func (c config) siteSeed() []byte {
	key, err := c.signingKey()
	if err != nil {
		return nil
	}
	return key.Seed()
}

// slots is how many jobs of each stage a worker does at a time.
func (c config) slots() map[pipeline.Stage]int {
	return map[pipeline.Stage]int{pipeline.Decode: c.DecodeSlots, pipeline.Transcribe: c.TranscribeSlots, pipeline.Deliver: c.DeliverSlots}
}

// decoding is the decode stage's part of the settings; temp is the folder of its
// work files.
func (c config) decoding(temp string, log *slog.Logger) decode.Options {
	return decode.Options{
		TempDir: temp, Log: log, PlaybackFrom: c.PlaybackFrom,
		Limits: audio.Limits{
			MaxDuration: c.MaxDuration, MinRate: c.MinRate, MaxRate: c.MaxRate,
			MaxChannels: c.MaxChannels, MaxMetadata: c.MaxMetadata, MaxChunks: c.MaxChunks,
		},
		FFmpeg: ffmpeg.Config{
			Path: c.FFmpeg, MinTime: c.FFmpegMinTime, BytesPerSecond: c.FFmpegRate,
			MaxMemory: c.FFmpegMemory << 20, Unconfined: c.FFmpegOpen,
		},
	}
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

// scale is how the site scores in QA.
func (c config) scale() pipeline.Scale {
	return pipeline.Scale{
		Critical: c.QACritical, Noncritical: c.QANoncritical, Feedback: c.QAFeedback, Pass: c.QAPass, CriticalFails: c.QACriticalFails,
	}
}

// needVisit reads NEED_VISIT.
func (c config) needVisit() (list []pipeline.Worktype, err error) {
	for _, name := range splitList(c.NeedVisit) {
		w, err := pipeline.ParseWorktype(name)
		if err != nil {
			return nil, fmt.Errorf("DICTATION_NEED_VISIT: %s", pipeline.Sentence(err))
		}
		list = append(list, w)
	}
	return list, nil
}

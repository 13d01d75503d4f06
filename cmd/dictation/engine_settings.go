package main

import (
	"bytes"
	"cmp"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/transcribe"
	"dictation/pipeline/transcribe/command"
	"dictation/pipeline/transcribe/none"
	"dictation/pipeline/transcribe/openai"
	"dictation/pipeline/transcribe/pocketsphinx"
)

// engineFile is the content of DICTATION_ENGINES: engines beside the built-in
// ones, and rules for choosing.
type engineFile struct {
	Engines []engineSetting   `json:"engines"`
	Rules   []transcribe.Rule `json:"rules"`
}

// engineSetting is one engine. What its kind has no use for is left out.
type engineSetting struct {
	Name        string   `json:"name"` // default: the kind
	Kind        string   `json:"kind"` // openai, command, pocketsphinx or none
	Model       string   `json:"model"`
	Languages   []string `json:"languages"`
	Parallel    int      `json:"parallel"`
	Piece       duration `json:"piece"`
	LeadIn      duration `json:"lead_in"`
	MaxDuration duration `json:"max_duration"`
	LimitStart  duration `json:"limit_start"`
	LimitFactor float64  `json:"limit_per_audio"`

	URL     string `json:"url"` // openai
	Server  string `json:"server"`
	KeyFile string `json:"key_file"`
	CAFile  string `json:"ca_file"`
	MaxMB   int64  `json:"max_mb"`
	NoHints bool   `json:"no_hints"`

	Program     string   `json:"program"` // command, pocketsphinx
	Args        []string `json:"args"`
	Env         []string `json:"env"`
	Stdin       bool     `json:"stdin"`
	NoWordTimes bool     `json:"no_word_times"`
	Confidence  bool     `json:"confidence"`

	AcousticModel string `json:"acoustic_model"` // pocketsphinx
	LanguageModel string `json:"language_model"`
	Dictionary    string `json:"dictionary"`

	SecondUpTo duration `json:"second_up_to"` // length of sound that it listens to twice; below 0: none
}

// duration is written as in all settings: "30s".
type duration time.Duration

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *duration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	*d = duration(v)
	return err
}

// The embedded engine's pieces: long enough that a cut costs next to nothing,
// short enough that the beginning can soon be read and all processors work.
const (
	spokenPiece  = 4 * time.Minute
	spokenLeadIn = 10 * time.Second
)

// spokenSecond is the longest dictation that the embedded engine listens to
// twice, for the checks to compare: one that is not cut.
const spokenSecond = spokenPiece

// engineFile reads the setting; without it there are the built-in engines only.
func (c config) engineFile() (f engineFile, err error) {
	if strings.TrimSpace(c.Engines) == "" {
		return f, nil
	}
	dec := json.NewDecoder(strings.NewReader(c.Engines))
	dec.DisallowUnknownFields()
	if err = dec.Decode(&f); err == nil {
		if _, more := dec.Token(); more != io.EOF {
			err = fmt.Errorf("there is something behind the JSON object")
		}
	}
	if err != nil {
		return f, fmt.Errorf("%sENGINES: %w", prefix, err)
	}
	return f, nil
}

// router makes the engines of the settings. embedded is the model that
// pocketsphinx uses where the settings name none. Reports of comparisons go to
// shadow.Report; without one none are made.
func (c config) router(embedded pocketsphinx.Config, shadow transcribe.Shadow) (*transcribe.Router, error) {
	f, err := c.engineFile()
	if err != nil {
		return nil, err
	}
	var engines []transcribe.Engine
	taken := make(map[string]bool)
	for i, s := range f.Engines {
		e, err := c.makeEngine(s, embedded)
		if err != nil {
			return nil, fmt.Errorf("%sENGINES: engine %d: %w", prefix, i+1, err)
		}
		engines = append(engines, e)
		taken[e.Describe().Name] = true
	}
	for _, builtIn := range []string{"pocketsphinx", "none"} {
		if !taken[builtIn] {
			e, err := c.makeEngine(engineSetting{Kind: builtIn}, embedded)
			if err != nil {
				return nil, err
			}
			engines = append(engines, e)
		}
	}
	r, err := transcribe.NewRouter(engines, transcribe.Routing{
		Rules: f.Rules, Default: splitList(c.Engine), Shadow: shadow,
		Breaker: transcribe.Breaker{Failures: c.EngineFailures, Rest: c.EngineRest},
	})
	if err != nil {
		return nil, fmt.Errorf("%sENGINE, %sENGINES: %s", prefix, prefix, pipeline.Sentence(err))
	}
	return r, nil
}

// splitList reads names separated by commas.
func splitList(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' })
}

func (c config) makeEngine(s engineSetting, embedded pocketsphinx.Config) (transcribe.Engine, error) {
	limit := transcribe.Limit{Start: time.Duration(s.LimitStart), PerAudio: s.LimitFactor}
	piece, leadIn, longest := time.Duration(s.Piece), time.Duration(s.LeadIn), time.Duration(s.MaxDuration)
	switch s.Kind {
	case "none":
		return none.New(), nil
	case "pocketsphinx":
		return embeddedEngine(s, embedded, limit), nil
	case "command":
		if s.Program == "" {
			return nil, fmt.Errorf("a command engine needs a program")
		}
		return command.New(command.Config{
			Name: s.Name, Program: s.Program, Args: s.Args, Env: s.Env, Stdin: s.Stdin, Model: s.Model,
			NoWordTimes: s.NoWordTimes, Confidence: s.Confidence, Languages: s.Languages,
			Parallel: s.Parallel, Piece: piece, LeadIn: leadIn, MaxDuration: longest, Limit: limit,
		}), nil
	case "openai":
		return c.serverEngine(s, limit)
	}
	return nil, fmt.Errorf("there is no kind of engine %q; use openai, command, pocketsphinx or none", s.Kind)
}

// embeddedEngine makes a pocketsphinx with the settings' model or the given one.
func embeddedEngine(s engineSetting, cfg pocketsphinx.Config, limit transcribe.Limit) transcribe.Engine {
	if s.LanguageModel != "" || s.Dictionary != "" || s.AcousticModel != "" {
		cfg = pocketsphinx.Config{AcousticModel: s.AcousticModel, LanguageModel: s.LanguageModel, Dictionary: s.Dictionary, Model: s.Model}
	}
	cfg.Name, cfg.Program, cfg.Parallel, cfg.Limit = s.Name, s.Program, s.Parallel, limit
	cfg.Piece, cfg.LeadIn = time.Duration(s.Piece), time.Duration(s.LeadIn)
	if cfg.Piece == 0 {
		cfg.Piece, cfg.LeadIn = spokenPiece, spokenLeadIn
	}
	cfg.SecondUpTo = cmp.Or(time.Duration(s.SecondUpTo), spokenSecond)
	return pocketsphinx.New(cfg)
}

// serverEngine makes an openai engine with its key and certificates.
func (c config) serverEngine(s engineSetting, limit transcribe.Limit) (transcribe.Engine, error) {
	cfg := openai.Config{
		Name: s.Name, URL: s.URL, Server: openai.Server(s.Server), Model: s.Model, Key: c.EngineKey,
		Languages: s.Languages, NoHints: s.NoHints, Parallel: s.Parallel, Piece: time.Duration(s.Piece),
		MaxDuration: time.Duration(s.MaxDuration), MaxBytes: s.MaxMB << 20, Limit: limit,
	}
	if s.KeyFile != "" {
		key, err := os.ReadFile(s.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("its key: %w", err)
		}
		cfg.Key = string(bytes.TrimSpace(key))
	}
	if s.CAFile != "" {
		pem, err := os.ReadFile(s.CAFile)
		if err != nil {
			return nil, fmt.Errorf("its certificates: %w", err)
		}
		cfg.RootCAs = x509.NewCertPool()
		if !cfg.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("its certificates: there is none in %s", s.CAFile)
		}
	}
	return openai.New(cfg)
}

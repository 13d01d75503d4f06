package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dictation/pipeline/transcribe"
	"dictation/pipeline/transcribe/pocketsphinx"
)

// runEngine runs "dictation engine …" with settings.
func runEngine(t *testing.T, settings map[string]string, args ...string) (string, error) {
	t.Helper()
	t.Setenv(prefix+"DATA", t.TempDir())
	for k, v := range settings {
		t.Setenv(prefix+k, v)
	}
	cmd := engineCommand()
	var out bytes.Buffer
	cmd.SetOut(&out)
	cmd.SetErr(&out)
	cmd.SetArgs(args)
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	err := cmd.ExecuteContext(t.Context())
	return out.String(), err
}

// site is a file of engines: one that cannot work, and a rule.
func site(t *testing.T) string {
	t.Helper()
	key := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(key, []byte("secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	program, err := filepath.Abs("../../pipeline/transcribe/command/testdata/recognise.sh")
	if err != nil {
		t.Fatal(err)
	}
	return `{
 "engines": [
  {"kind": "openai", "name": "gpu", "url": "http://127.0.0.1:1/v1", "model": "large-v3", "key_file": "` + key + `", "piece": "30s", "max_mb": 25, "parallel": 4, "languages": ["en", "es"]},
  {"kind": "command", "name": "site", "program": "` + program + `", "confidence": true, "limit_start": "5m"},
  {"kind": "pocketsphinx", "name": "cardiology", "language_model": "/nowhere/cardiology.lm", "model": "cardiology"}
 ],
 "rules": [
  {"worktype": "radiology report", "engines": ["gpu", "site"], "shadow": "pocketsphinx"},
  {"priority": "stat", "engines": ["pocketsphinx"]}
 ]
}`
}

func TestEngineList(t *testing.T) {
	out, err := runEngine(t, map[string]string{"ENGINES": site(t)}, "list")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"gpu           large-v3    words, times  ", "en es", " 30s ", "cannot be reached",
		"site          -           words, times, confidence", " ready",
		"cardiology    cardiology", "/nowhere/cardiology.lm", "pocketsphinx  en-us", " 4m ", "none          -           an empty page",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
	out, err = runEngine(t, nil, "list", "--json")
	if err != nil {
		t.Fatal(err)
	}
	var first struct {
		Name, Health, Breaker string
		Ready                 bool
		PieceMS               int `json:"piece_ms"`
	}
	if err := json.NewDecoder(strings.NewReader(out)).Decode(&first); err != nil || first.Name != "gpu" || first.Ready || first.PieceMS != 30_000 || first.Breaker != "closed" {
		t.Errorf("%+v, %v", first, err)
	}
}

func TestEngineTest(t *testing.T) {
	out, err := runEngine(t, map[string]string{"ENGINES": site(t)}, "test", spoken)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"START", " patient\n", "The patient is a ", "pocketsphinx en-us: ", " of real time)"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
	out, err = runEngine(t, nil, "test", spoken, "--engine", "site", "--json")
	if err != nil {
		t.Fatal(err)
	}
	var got trial
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	if got.Engine != "site" || got.DurationMS < 23_000 || got.RTF <= 0 || len(got.Words) < 50 || got.Words[0].Confidence == nil {
		t.Errorf("%+v", got)
	}
	for name, args := range map[string][]string{
		"There is no speech engine": {"test", spoken, "--engine", "nobody"},
		"not a sound recording":     {"test", "engine_test.go"},
		"cannot be reached":         {"test", spoken, "--engine", "gpu"},
		"no such file":              {"test", "nowhere.wav"},
	} {
		if _, err := runEngine(t, nil, args...); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v: %v", args, err)
		}
	}
}

// What ffmpeg has to read is tried as well.
func TestEngineTestOfAnotherFormat(t *testing.T) {
	out, err := runEngine(t, map[string]string{"ENGINE": "none"}, "test", "../../audio/testdata/samples/filetype-fixture.amr")
	if err != nil || !strings.Contains(out, "none: 0 words") {
		t.Errorf("%s, %v", out, err)
	}
}

func TestRouterOfSettings(t *testing.T) {
	t.Parallel()
	c := config{Engine: "pocketsphinx, none", Engines: site(t), EngineRest: time.Minute}
	r, err := c.router(pocketsphinx.Config{}, transcribe.Shadow{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for _, tc := range []struct {
		q    transcribe.Request
		want string
	}{
		{transcribe.Request{}, "pocketsphinx none /"},
		{transcribe.Request{Worktype: "radiology-report"}, "gpu site /pocketsphinx"},
	} {
		names, shadow := r.Choose(tc.q)
		if got := strings.Join(names, " ") + " /" + shadow; got != tc.want {
			t.Errorf("%+v: %s, want %s", tc.q, got, tc.want)
		}
	}
}

func TestWrongEngineSettings(t *testing.T) {
	t.Parallel()
	for want, c := range map[string]config{
		`no engine "whisper"`:          {Engine: "whisper"},
		"unknown field":                {Engines: `{"engine": []}`},
		"something behind":             {Engines: `{} {}`},
		`no kind of engine "whisper"`:  {Engines: `{"engines": [{"kind": "whisper"}]}`},
		"needs a program":              {Engines: `{"engines": [{"kind": "command"}]}`},
		"is not one like https":        {Engines: `{"engines": [{"kind": "openai"}]}`},
		"its key":                      {Engines: `{"engines": [{"kind": "openai", "url": "https://a/v1", "key_file": "/nowhere"}]}`},
		"its certificates":             {Engines: `{"engines": [{"kind": "openai", "url": "https://a/v1", "ca_file": "engine_test.go"}]}`},
		`invalid duration "soon"`:      {Engines: `{"engines": [{"kind": "command", "program": "a", "piece": "soon"}]}`},
		"two speech engines":           {Engines: `{"engines": [{"kind": "command", "program": "a"}, {"kind": "command", "program": "b"}]}`},
		"Rule 1 of the speech engines": {Engines: `{"rules": [{"engines": ["gpu"]}]}`},
	} {
		if err := c.check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", c, err, want)
		}
	}
}

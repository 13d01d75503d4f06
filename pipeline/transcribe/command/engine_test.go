package command_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/transcribe"
	"dictation/pipeline/transcribe/command"
	"dictation/pipeline/transcribe/enginetest"
)

const human = "../testdata/human.wav"

// recognise is the example that the documentation names.
const recognise = "testdata/recognise.sh"

// patient is for machines that do much else beside the tests.
var patient = transcribe.Limit{Start: 10 * time.Minute}

func TestConformance(t *testing.T) {
	t.Parallel()
	enginetest.Run(t, command.New(command.Config{Program: recognise, Confidence: true, LeadIn: 2 * time.Second, Limit: patient}), human)
}

// stdin is the program for a recording on standard input, which it stores in a
// folder of the test's.
func stdin(t *testing.T) command.Config {
	t.Helper()
	program, err := filepath.Abs(recognise)
	if err != nil {
		t.Fatal(err)
	}
	script := `f=$(mktemp "$DIR/XXXXXX.wav"); cat > "$f"; "$0" "$f"; e=$?; rm -f "$f"; exit $e`
	return command.Config{
		Name: "stdin", Program: "/bin/sh", Args: []string{"-c", script, program}, Env: []string{"DIR=" + t.TempDir()},
		Stdin: true, Confidence: true, Limit: patient,
	}
}

func TestRecordingOnStandardInput(t *testing.T) {
	t.Parallel()
	heard, err := command.New(stdin(t)).Transcribe(t.Context(), open(t), transcribe.Hints{})
	if err != nil || len(heard.Words()) < 10 {
		t.Errorf("%d words, %v", len(heard.Words()), err)
	}
}

// script is a program that does what sh is told.
func script(text string) command.Config {
	return command.Config{Name: "site", Program: "/bin/sh", Args: []string{"-c", text}}
}

func open(t *testing.T) transcribe.Audio {
	t.Helper()
	a, err := transcribe.OpenAudio(human)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ out, want string }{
		"words":         {`{"words":[{"text":"no","start":1,"end":1.5},{"text":"fever","start":1.5,"end":2,"confidence":0.5}]}`, "no 1000-1500, fever 1500-2000 (0.5)"},
		"text alone":    {`{"text":"no fever"}`, "~no 0-2758, ~fever 2758-9655"},
		"segments":      {`{"segments":[{"text":"no fever","start":1,"end":8}]}`, "~no 1000-3000, ~fever 3000-8000"},
		"nothing":       {`{"text":""}`, ""},
		"no confidence": {`{"words":[{"text":"no","start":1,"end":1.5,"confidence":-1}]}`, "no 1000-1500"},
		"other fields":  {`{"model":"x","text":"no","words":[{"text":"no","start":1,"end":1.5,"speaker":1}]}`, "no 1000-1500"},
	} {
		heard, err := command.New(script(`printf '%s' '`+tc.out+`'`)).Transcribe(t.Context(), open(t), transcribe.Hints{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got := show(heard); got != tc.want {
			t.Errorf("%s: got %q, want %q", name, got, tc.want)
		}
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	slow := script(`while :; do :; done`)
	slow.Limit = transcribe.Limit{Start: 100 * time.Millisecond, PerAudio: 1e-9}
	for name, tc := range map[string]struct {
		cfg         command.Config
		want, cause string
	}{
		"fails":           {script(`echo "no licence" >&2; exit 3`), "stopped with an error", "exit status 3: 11 bytes in its log"},
		"fails after all": {script(`echo '{"text":"no"}'; exit 3`), "stopped with an error", "exit status 3"},
		"says nothing":    {script(`true`), "could not be read", "EOF"},
		"a text":          {script(`echo "the patient"`), "could not be read", "invalid character"},
		"other JSON":      {script(`echo '{}'`), "could not be read", "neither text nor words"},
		"two answers":     {script(`echo '{"text":"a"}{"text":"b"}'`), "could not be read", "more than one"},
		"cut off":         {script(`printf '{"text":"the pat'`), "could not be read", "EOF"},
		"endless":         {script(`printf '{"text":"'; while :; do printf 'on and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on '; done`), "could not be read", "longer than any transcript"},
		"killed":          {script(`kill -9 $$`), "stopped with an error", "killed"},
		"late":            {slow, "time allowed", "killed"},
		"not there":       {command.Config{Name: "site", Program: "/nowhere/recogniser"}, "there is no program /nowhere/recogniser", ""},
	} {
		_, err := command.New(tc.cfg).Transcribe(t.Context(), open(t), transcribe.Hints{})
		if pipeline.KindOf(err) != pipeline.Unavailable || !strings.Contains(pipeline.Sentence(err), tc.want) || !strings.Contains(err.Error(), tc.cause) {
			t.Errorf("%s: %v; want %q, %q", name, err, tc.want, tc.cause)
		}
	}
}

func TestArguments(t *testing.T) {
	t.Parallel()
	t.Run("in their places", func(t *testing.T) {
		t.Parallel()
		cfg := command.Config{Program: "/bin/sh", Args: []string{"-c", `printf '{"text":"%s"}' "$*"`, "sh", "--in={wav}", "{language}", "$HOME;"}}
		heard, err := command.New(cfg).Transcribe(t.Context(), open(t), transcribe.Hints{Language: "de-CH"})
		if got := text(heard); err != nil || got != "--in="+human+" de-CH $HOME;" {
			t.Errorf("the program got %q, %v", got, err)
		}
	})
	t.Run("the path at the end", func(t *testing.T) {
		t.Parallel()
		cfg := command.Config{Program: "/bin/sh", Args: []string{"-c", `printf '{"text":"%s"}' "$*"`, "sh", "-q"}}
		heard, err := command.New(cfg).Transcribe(t.Context(), open(t), transcribe.Hints{})
		if got := text(heard); err != nil || got != "-q "+human {
			t.Errorf("the program got %q, %v", got, err)
		}
	})
}

// The documentation's program is there for everyone to run.
func TestExampleIsExecutable(t *testing.T) {
	t.Parallel()
	info, err := os.Stat(recognise)
	if err != nil || info.Mode()&0o111 == 0 {
		t.Errorf("%v, %v", info, err)
	}
	if err := command.New(command.Config{Program: recognise}).Check(t.Context()); err != nil {
		t.Error(err)
	}
}

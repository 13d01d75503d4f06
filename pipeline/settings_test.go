package pipeline

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestParseKey(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]Key{
		"F7": "F7", "f13": "F13", "esc": "Escape", " Shift+Ctrl+enter ": "Ctrl+Shift+Enter", "cmd+.": "Ctrl+.", "Alt+k": "Alt+K",
		"Ctrl+1": "Ctrl+1", "Alt++": "Alt+Plus", "alt+shift+Plus": "Alt+Shift+Plus", "Ctrl+space": "Ctrl+Space", "MediaPlayPause": "MediaPlayPause",
		"Alt+Shift+arrowup": "Alt+Shift+ArrowUp", "Strg+F8": "Ctrl+F8", "Alt+ü": "Alt+Ü",
	} {
		if got, err := ParseKey(s); got != want || err != nil {
			t.Errorf("%q is read as %q, %v; want %q", s, got, err, want)
		}
	}
	for s, why := range map[string]string{
		"": "no key", "Ctrl+": "no key", "Hyper+K": "no key", "F25": "no key", "F0": "no key", "Ctrl+Nothing": "no key", "a\x00": "no key", "Ctrl+\x07": "no key",
		strings.Repeat("x", 50): "no key",
		"a":                     "types a character", "Shift+A": "types a character", "+": "types a character", "Shift+ß": "types a character",
		"Tab": "Tab moves", "Shift+Tab": "Tab moves", "Ctrl+Tab": "Tab moves",
		"Enter": "needed for typing", "Shift+Enter": "needed for typing", "Space": "needed for typing", "Shift+Insert": "needed for typing",
		"Ctrl+C": "needed for typing", "Ctrl+Shift+ArrowLeft": "needed for typing",
		"Ctrl+W": "belongs to the browser", "ctrl+shift+t": "belongs to the browser", "Ctrl++": "belongs to the browser", "Shift+Esc": "belongs to the browser",
		"Ctrl+Alt+Q": "AltGr",
	} {
		if got, err := ParseKey(s); KindOf(err) != Invalid || !strings.Contains(Sentence(err), why) {
			t.Errorf("%q is read as %q, %v; want refused: %s", s, got, err, why)
		}
	}
}

func FuzzParseKey(f *testing.F) {
	for _, s := range []string{"F7", "Ctrl++", "++", "Alt+Shift+,", "Ctrl+Ctrl+K", "\xff", "Shift+ǆ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		k, err := ParseKey(s)
		if err != nil {
			if KindOf(err) != Invalid {
				t.Errorf("%q: %v", s, err)
			}
			return
		}
		if again, err := ParseKey(string(k)); again != k || err != nil {
			t.Errorf("%q is read as %q, and that as %q, %v", s, k, again, err)
		}
	})
}

// TestPresets: every preset can be saved as it is, binds every command and only
// known ones, and has the keys of pedals that send keys.
func TestPresets(t *testing.T) {
	t.Parallel()
	for _, p := range Presets {
		keys := p.Preset.Keys()
		if err := keys.check(); err != nil {
			t.Errorf("%s: %v", p.Preset, err)
		}
		for _, c := range Commands {
			if len(keys[c.Command]) == 0 {
				t.Errorf("%s has no key for %s", p.Preset, c.Command)
			}
			if i := c.Command.Info(); i != c || c.Title == "" || c.Group == "" {
				t.Errorf("%s is described as %+v", c.Command, i)
			}
		}
		if len(keys) != len(Commands) {
			t.Errorf("%s binds what is no command: %v", p.Preset, slices.Collect(maps.Keys(keys)))
		}
		if got := keys[CommandPedalPlay]; !slices.Equal(got, []Key{"F14"}) {
			t.Errorf("%s: the pedal plays with %v", p.Preset, got)
		}
	}
}

func TestSettingsCheck(t *testing.T) {
	t.Parallel()
	s := DefaultSettings()
	s.Keys = Keymap{"loop": {"ctrl+l2", "F7"}}
	wantRefused := func(why string) {
		t.Helper()
		if _, err := s.Check(); err == nil || !strings.Contains(Sentence(err), why) {
			t.Errorf("got %v, want %q", err, why)
		}
	}
	wantRefused("no key")
	s.Keys = Keymap{"loop": {"shift+ctrl+k", "Ctrl+Shift+K"}, "back": {"F1"}, "faster": {}}
	got, err := s.Check()
	if want := (Keymap{"loop": {"Ctrl+Shift+K"}, "faster": {}}); err != nil || !reflect.DeepEqual(got.Keys, want) {
		t.Errorf("kept %v, %v; want %v", got.Keys, err, want)
	}
	if k := got.Keymap(); len(k["faster"]) != 0 || k["loop"][0] != "Ctrl+Shift+K" || k["back"][0] != "F1" {
		t.Errorf("in force: %v", k)
	}
	s.Keys = Keymap{"loop": {"F8"}}
	wantRefused("F8 would do two things: “Loop the last 3 s, again to end” and “Next blank”")
	s.Keys = Keymap{"dance": {"F20"}}
	wantRefused("no such command")
	s.Keys = Keymap{"loop": {"F17", "F18", "F19", "F20", "F21", "F22", "F23"}}
	wantRefused("at most 6")
	s = DefaultSettings()
	s.Preset = "mine"
	wantRefused("no such preset")
	s = DefaultSettings()
	s.RewindMS = 5001
	wantRefused("between 0 and 5 seconds")
	s = DefaultSettings()
	s.Slow = 0
	wantRefused("slow speed")
}

// TestSettingsKeep: what Check let pass, it lets pass again unchanged, also after
// having been stored.
func TestSettingsKeep(t *testing.T) {
	t.Parallel()
	key := rapid.SampledFrom([]Key{"F1", "F7", "f20", "F21", "Ctrl+K", "alt+j", "Ctrl+Enter", "Tab"})
	command := rapid.Custom(func(t *rapid.T) Command { return rapid.SampledFrom(Commands).Draw(t, "command").Command })
	rapid.Check(t, func(t *rapid.T) {
		s := DefaultSettings()
		s.Preset = rapid.SampledFrom(Presets).Draw(t, "preset").Preset
		s.Keys = rapid.MapOfN(command, rapid.SliceOfN(key, 0, 3), 0, 4).Draw(t, "keys")
		s, err := s.Check()
		if err != nil {
			return
		}
		b, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var stored Settings
		if err := json.Unmarshal(b, &stored); err != nil {
			t.Fatal(err)
		}
		again, err := stored.Check()
		if err != nil || !reflect.DeepEqual(again, s) {
			t.Errorf("%+v became %+v, %v", s, again, err)
		}
	})
}

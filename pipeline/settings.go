package pipeline

import (
	"maps"
	"slices"
)

// Settings are how a person works at the workstation. Nothing in them is about patients.
type Settings struct {
	Preset Preset `json:"preset"`
	Keys   Keymap `json:"keys"` // where it differs from the preset; an empty list takes the keys away

	RewindMS int     `json:"rewind_ms"` // how far back a pause goes on, 0 to 5000
	StepMS   int     `json:"step_ms"`   // of back and forward, 500 to 10000
	Slow     float64 `json:"slow"`      // the slow speed, 0.5 to 1

	PauseTyping bool `json:"pause_typing"` // the sound waits while one types
	ResumeMS    int  `json:"resume_ms"`    // and goes on so long after the last key, 500 to 10000

	PedalToggle bool `json:"pedal_toggle"` // a press starts, the next one stops; else it plays while held
	PedalSteps  bool `json:"pedal_steps"`  // back and forward go one step a press; else on while held
}

// DefaultSettings are what an account begins with.
func DefaultSettings() Settings {
	return Settings{Preset: Standard, Keys: Keymap{}, RewindMS: 1500, StepMS: 1500, Slow: 0.75, ResumeMS: 2500}
}

// maxKeys bounds how many keys do the same.
const maxKeys = 6

// Keymap gives the keys in force.
func (s Settings) Keymap() Keymap {
	keys := s.Preset.Keys()
	maps.Copy(keys, s.Keys)
	return keys
}

// Check reads settings that a person sent: keys are brought to the one way they
// are written, those that are the preset's own are left out. Invalid or Conflict
// with the reason when they cannot be used.
func (s Settings) Check() (Settings, error) {
	if !slices.ContainsFunc(Presets, func(p PresetInfo) bool { return p.Preset == s.Preset }) {
		return s, Errorf(Invalid, "There is no such preset of keys. The presets are standard, otranscribe, infraware and express-scribe.")
	}
	for _, l := range []struct {
		what          string
		is, low, high int
	}{
		{"rewind on resume", s.RewindMS, 0, 5000}, {"step back and forward", s.StepMS, 500, 10000},
		{"wait after typing", s.ResumeMS, 500, 10000},
	} {
		if l.is < l.low || l.is > l.high {
			return s, Errorf(Invalid, "The %s must be between %g and %g seconds. Nothing was changed.", l.what, float64(l.low)/1000, float64(l.high)/1000)
		}
	}
	if !(s.Slow >= 0.5 && s.Slow <= 1) {
		return s, Errorf(Invalid, "The slow speed must be between 0.5 and 1. Nothing was changed.")
	}
	preset, own := s.Preset.Keys(), Keymap{}
	for c, keys := range s.Keys {
		if c.Info().Command == "" {
			return s, Errorf(Invalid, "There is no such command. Nothing was changed.")
		}
		read, err := parseKeys(keys)
		if err != nil {
			return s, err
		}
		if !equal(read, preset[c]) {
			own[c] = read
		}
	}
	s.Keys = own
	return s, s.Keymap().check()
}

// parseKeys reads the keys of one command, each once.
func parseKeys(keys []Key) ([]Key, error) {
	if len(keys) > maxKeys {
		return nil, Errorf(Invalid, "A command can have at most %d keys. Nothing was changed.", maxKeys)
	}
	read := []Key{}
	for _, k := range keys {
		key, err := ParseKey(string(k))
		if err != nil {
			return nil, err
		}
		if !slices.Contains(read, key) {
			read = append(read, key)
		}
	}
	return read, nil
}

package web

import (
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"strings"

	"dictation/pipeline"
)

// settingsData is the page on which a person chooses how to work.
type settingsData struct {
	Set     pipeline.Settings
	Presets []pipeline.PresetInfo
	Groups  []keyGroup
}

// keyGroup is a heading with the commands under it.
type keyGroup struct {
	Title string
	Lines []keyLine
}

// keyLine is one command with the keys in force.
type keyLine struct {
	pipeline.CommandInfo
	Keys  []pipeline.Key
	Typed string // as the field of the form has them
}

// keyGroups lists all commands with their keys.
func keyGroups(keys pipeline.Keymap) []keyGroup {
	var groups []keyGroup
	for _, c := range pipeline.Commands {
		if n := len(groups); n == 0 || groups[n-1].Title != c.Group {
			groups = append(groups, keyGroup{Title: c.Group})
		}
		g := &groups[len(groups)-1]
		g.Lines = append(g.Lines, keyLine{c, keys[c.Command], joinKeys(keys[c.Command])})
	}
	return groups
}

func joinKeys(keys []pipeline.Key) string {
	all := make([]string, len(keys))
	for i, k := range keys {
		all[i] = string(k)
	}
	return strings.Join(all, " ")
}

// caps are the single keys of a key, as they stand on keyboards.
func caps(k pipeline.Key) []string {
	parts := strings.Split(string(k), "+")
	for i, p := range parts {
		switch p {
		case "Escape":
			parts[i] = "Esc"
		case "Plus":
			parts[i] = "+"
		case "ArrowUp":
			parts[i] = "↑"
		case "ArrowDown":
			parts[i] = "↓"
		case "ArrowLeft":
			parts[i] = "←"
		case "ArrowRight":
			parts[i] = "→"
		}
	}
	return parts
}

// deskSettings is how the reader works, for the workstation: the list of keys as
// help, and everything as JSON for its script.
type deskSettings struct {
	Help   []keyGroup
	Script string
}

func (s *Server) deskSettings(r *http.Request) (deskSettings, error) {
	set, err := s.Store.Settings(r.Context(), userOf(r).ID)
	if err != nil {
		return deskSettings{}, err
	}
	keys := set.Keymap()
	help := keyGroups(keys)
	set.Keys = keys
	b, err := json.Marshal(set)
	return deskSettings{help, string(b)}, err
}

func (s *Server) pageSettings(w http.ResponseWriter, r *http.Request) error {
	set, err := s.Store.Settings(r.Context(), userOf(r).ID)
	if err != nil {
		return err
	}
	return s.writeSettings(w, r, set, nil, nil)
}

// writeSettings shows the form; typed are keys that were refused, with the reason.
func (s *Server) writeSettings(w http.ResponseWriter, r *http.Request, set pipeline.Settings, typed map[pipeline.Command]string, refused error) error {
	sh := sheet{name: "settings", title: msg("Settings")}
	if refused != nil {
		sh.status, sh.trouble = statuses[pipeline.KindOf(refused)], s.sentence(r, refused)
	}
	data := settingsData{Set: set, Presets: pipeline.Presets, Groups: keyGroups(set.Keymap())}
	for i := range data.Groups {
		for j := range data.Groups[i].Lines {
			if l := &data.Groups[i].Lines[j]; typed != nil {
				l.Typed = typed[l.Command]
			}
		}
	}
	sh.data = data
	return s.pages.write(w, r, sh)
}

// postSettings saves one of the page's forms.
func (s *Server) postSettings(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxFields)
	if err := r.ParseForm(); err != nil {
		return pipeline.Wrap(pipeline.Invalid, err, "The form could not be read. Nothing was changed.")
	}
	set, err := s.Store.Settings(r.Context(), userOf(r).ID)
	if err != nil {
		return err
	}
	var typed map[pipeline.Command]string
	switch r.PathValue("part") {
	case "preset":
		set.Preset, set.Keys = pipeline.Preset(r.PostFormValue("preset")), pipeline.Keymap{}
	case "keys":
		typed = typedKeys(r, &set)
	case "player":
		readPlayer(r, &set)
	default:
		return s.pageNotFound(w, r)
	}
	_, err = s.Store.SaveSettings(r.Context(), actor(r), userOf(r).ID, set)
	switch pipeline.KindOf(err) {
	case pipeline.Invalid, pipeline.Conflict:
		if err != nil {
			kept, again := s.Store.Settings(r.Context(), userOf(r).ID)
			if again != nil {
				return again
			}
			if r.PathValue("part") == "player" {
				kept = set
			}
			return s.writeSettings(w, r, kept, typed, err)
		}
	}
	if err != nil {
		return err
	}
	return goTo(w, r, "/settings", "settings")
}

// typedKeys reads the fields of all commands into set, and gives them as typed.
func typedKeys(r *http.Request, set *pipeline.Settings) map[pipeline.Command]string {
	typed := make(map[pipeline.Command]string)
	set.Keys = pipeline.Keymap{}
	for _, c := range pipeline.Commands {
		if !r.PostForm.Has("key." + string(c.Command)) {
			continue
		}
		value := r.PostFormValue("key." + string(c.Command))
		typed[c.Command] = value
		keys := []pipeline.Key{}
		for _, k := range strings.Fields(value) {
			keys = append(keys, pipeline.Key(k))
		}
		set.Keys[c.Command] = keys
	}
	return typed
}

// readPlayer reads how sound and pedal behave.
func readPlayer(r *http.Request, set *pipeline.Settings) {
	set.RewindMS = milliseconds(r.PostFormValue("rewind"))
	set.StepMS = milliseconds(r.PostFormValue("step"))
	set.ResumeMS = milliseconds(r.PostFormValue("resume"))
	set.Slow, _ = strconv.ParseFloat(r.PostFormValue("slow"), 64)
	set.PauseTyping = r.PostFormValue("pause_typing") != ""
	set.PedalToggle = r.PostFormValue("pedal_toggle") == "toggle"
	set.PedalSteps = r.PostFormValue("pedal_steps") == "steps"
}

// milliseconds reads seconds; what is no number is -1, which no setting allows.
func milliseconds(s string) int {
	v, err := strconv.ParseFloat(strings.Replace(strings.TrimSpace(s), ",", ".", 1), 64)
	if err != nil || !(v >= 0 && v < 1000) {
		return -1
	}
	return int(math.Round(v * 1000))
}

// seconds writes milliseconds for a field.
func seconds(ms int) string { return strconv.FormatFloat(float64(ms)/1000, 'f', -1, 64) }

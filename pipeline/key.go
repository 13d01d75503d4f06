package pipeline

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Key is a key with what is held down with it: "F7", "Ctrl+Shift+Enter", "Alt+.".
// The last part is what browsers call it in KeyboardEvent.key, letters in upper
// case, the space bar "Space" and the plus sign "Plus".
type Key string

// held are the keys that are held down, in the order they are written.
var held = []string{"Ctrl", "Alt", "Shift"}

// functionKey are the keys that type nothing on any keyboard.
var functionKey = regexp.MustCompile(`^F([1-9]|1\d|2[0-4])$`)

// free are other keys that neither type nor move.
var free = []string{"Escape", "Pause", "ScrollLock", "ContextMenu", "Help",
	"MediaPlayPause", "MediaStop", "MediaTrackNext", "MediaTrackPrevious", "MediaRewind", "MediaFastForward"}

// typing are keys that write or move in a text; with Ctrl or Alt some are free.
var typing = []string{"Enter", "Space", "Backspace", "Delete", "Insert", "ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "PageUp", "PageDown"}

// ParseKey reads a key as people write it, in any order and case of what is held
// down. A key that belongs to typing or to the browser is Invalid, with the reason.
func ParseKey(s string) (Key, error) {
	mods, name := splitKey(strings.TrimSpace(s))
	if name == "" || len(s) > 40 {
		return "", Errorf(Invalid, "That is no key. Write it as F7, Ctrl+Enter or Alt+Shift+K.")
	}
	var parts []string
	for _, m := range held {
		if mods[m] {
			parts = append(parts, m)
		}
	}
	k := Key(strings.Join(append(parts, name), "+"))
	if why := refusal(k, mods, name); why != "" {
		return "", Errorf(Invalid, "%s", why)
	}
	return k, nil
}

// splitKey gives what is held down and the key's own name; none for what is not written as a key.
func splitKey(s string) (mods map[string]bool, name string) {
	if rest, ok := strings.CutSuffix(s, "+"); ok && (rest == "" || strings.HasSuffix(rest, "+")) {
		s = rest + "Plus" // the plus sign itself
	}
	parts := strings.Split(s, "+")
	name = parts[len(parts)-1]
	mods = make(map[string]bool)
	for _, p := range parts[:len(parts)-1] {
		switch strings.ToLower(strings.TrimSpace(p)) {
		case "ctrl", "control", "cmd", "meta", "strg":
			mods["Ctrl"] = true
		case "alt", "option":
			mods["Alt"] = true
		case "shift":
			mods["Shift"] = true
		default:
			return nil, ""
		}
	}
	return mods, keyName(strings.TrimSpace(name))
}

// keyName brings a key's name to the one way it is written.
func keyName(name string) string {
	if utf8.RuneCountInString(name) == 1 {
		r := unicode.ToUpper([]rune(name)[0])
		if !unicode.IsGraphic(r) {
			return ""
		}
		return string(r)
	}
	switch strings.ToLower(name) {
	case "esc":
		return "Escape"
	case "spacebar":
		return "Space"
	case "return":
		return "Enter"
	case "del":
		return "Delete"
	}
	for _, known := range slices.Concat(free, typing, []string{"Tab", "Plus"}) {
		if strings.EqualFold(known, name) {
			return known
		}
	}
	if f := strings.ToUpper(name); functionKey.MatchString(f) {
		return f
	}
	return ""
}

// browsers are keys that a browser keeps for itself or that people expect of it.
var browsers = strings.Fields(`Ctrl+N Ctrl+T Ctrl+W Ctrl+Q Ctrl+R Ctrl+L Ctrl+P Ctrl+F Ctrl+Plus Ctrl+- Ctrl+0 Ctrl+Shift+N Ctrl+Shift+T
	Ctrl+Shift+W Ctrl+Shift+R Ctrl+Shift+I Ctrl+Shift+J Ctrl+Shift+C Ctrl+PageUp Ctrl+PageDown Ctrl+F4 Ctrl+F5 Alt+F4 Alt+Home
	Alt+ArrowLeft Alt+ArrowRight Alt+Space Ctrl+Escape Alt+Escape Shift+Escape Ctrl+Shift+Escape Ctrl+Alt+Delete`)

// editing are keys that every text field has.
var editing = strings.Fields(`Ctrl+A Ctrl+C Ctrl+V Ctrl+X Ctrl+Y Ctrl+Z Ctrl+Shift+Z Ctrl+Shift+V Ctrl+Home Ctrl+End Ctrl+Insert
	Ctrl+ArrowLeft Ctrl+ArrowRight Ctrl+ArrowUp Ctrl+ArrowDown Ctrl+Backspace Ctrl+Delete Ctrl+Shift+Home Ctrl+Shift+End
	Ctrl+Shift+ArrowLeft Ctrl+Shift+ArrowRight Ctrl+Shift+ArrowUp Ctrl+Shift+ArrowDown`)

// refusal says why a key cannot be used; empty when it can.
func refusal(k Key, mods map[string]bool, name string) string {
	char := utf8.RuneCountInString(name) == 1 || name == "Plus"
	switch {
	case name == "Tab":
		return "Tab moves from one control to the next, which people without a mouse need. Choose another key."
	case slices.Contains(browsers, string(k)):
		return string(k) + " belongs to the browser. Choose another key."
	case slices.Contains(editing, string(k)):
		return string(k) + " is needed for typing and moving in the text. Choose another key."
	case char && !mods["Ctrl"] && !mods["Alt"]:
		return string(k) + " types a character. Choose a function key, or hold Ctrl or Alt with it."
	case char && mods["Ctrl"] && mods["Alt"]:
		return string(k) + " types a character on many keyboards (AltGr). Choose another key."
	case slices.Contains(typing, name) && !mods["Ctrl"] && !mods["Alt"]:
		return string(k) + " is needed for typing and moving in the text. Hold Ctrl or Alt with it, or choose another key."
	}
	return ""
}

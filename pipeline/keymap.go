package pipeline

import (
	"maps"
	"slices"
)

// Command is something a person does in the workstation with a key or a pedal.
type Command string

// The commands that code asks for by name.
const (
	CommandPlay         Command = "play"
	CommandPedalBack    Command = "pedalBack"
	CommandPedalPlay    Command = "pedalPlay"
	CommandPedalForward Command = "pedalForward"
)

// CommandInfo says what a command does.
type CommandInfo struct {
	Command Command
	Group   string // heading it stands under
	Title   string
}

// Commands is the table, in the order pages list it.
var Commands = []CommandInfo{
	{CommandPlay, "Sound", "Play, pause"},
	{"back", "Sound", "Back a step, held down again and again"},
	{"forward", "Sound", "Forward a step, held down again and again"},
	{"slower", "Sound", "Slower"},
	{"faster", "Sound", "Faster"},
	{"slowNormal", "Sound", "Slow, and normal again"},
	{"loop", "Sound", "Loop the last 3 s, again to end"},
	{"voiceCursor", "Sound", "Let the caret follow the sound, or stop it"},
	{"hearCaret", "Sound", "Play the word at the caret"},
	{"nextBlank", "Text", "Next blank"},
	{"previousBlank", "Text", "Blank before"},
	{"insertBlank", "Text", "Insert a blank ___"},
	{"markDoubt", "Text", "Mark words as doubtful, with a reason"},
	{"nextFlag", "Text", "Next place to check"},
	{"previousFlag", "Text", "Place to check before"},
	{"acceptFlag", "Text", "Accept the place to check"},
	{"acceptSame", "Text", "Accept all places to check with the same words"},
	{"nextUnknown", "Text", "Next word that is not in the word list"},
	{"addWord", "Text", "Word at the caret is right: add it to the list"},
	{"nextField", "Text", "Next field of a normal or template"},
	{"upper", "Text", "Upper case"},
	{"lower", "Text", "Lower case"},
	{"capital", "Text", "Capital letter"},
	{"toggleCase", "Text", "Change between the cases"},
	{"sectionUp", "Text", "Move the section up"},
	{"sectionDown", "Text", "Move the section down"},
	{"complete", "Job", "Complete"},
	{"passOn", "Job", "Send to QA, or return to typing"},
	{CommandPedalBack, "Pedal that sends keys", "Pedal: back"},
	{CommandPedalPlay, "Pedal that sends keys", "Pedal: play"},
	{CommandPedalForward, "Pedal that sends keys", "Pedal: forward"},
}

// Info looks the command up; the zero CommandInfo means unknown.
func (c Command) Info() CommandInfo {
	for _, i := range Commands {
		if i.Command == c {
			return i
		}
	}
	return CommandInfo{}
}

// Keymap says which keys do what.
type Keymap map[Command][]Key

// Preset names a keymap that people know from elsewhere.
type Preset string

// The presets. Standard is what an account begins with.
const (
	Standard      Preset = "standard"
	OTranscribe   Preset = "otranscribe"
	InfraWare     Preset = "infraware"
	ExpressScribe Preset = "express-scribe"
)

// PresetInfo says how a preset is called.
type PresetInfo struct {
	Preset Preset
	Title  string
}

// Presets lists the presets in the order they are offered.
var Presets = []PresetInfo{
	{Standard, "Standard"}, {OTranscribe, "oTranscribe"},
	{InfraWare, "InfraWare, eScription"}, {ExpressScribe, "Express Scribe"},
}

// Keys gives the preset's keymap, which the caller may change; the standard one
// for a name that is none.
func (p Preset) Keys() Keymap {
	keys := standardKeys()
	switch p {
	case OTranscribe:
		maps.Copy(keys, Keymap{
			"back": {"F1", "Ctrl+1"}, "forward": {"F2", "Ctrl+2"}, "slower": {"F3", "Ctrl+3"}, "faster": {"F4", "Ctrl+4"},
		})
	case InfraWare:
		maps.Copy(keys, Keymap{
			CommandPlay: {"Escape", "F11"}, "back": {"F6"}, "forward": {"F7"}, "slower": {"F3"}, "faster": {"F4"},
			"slowNormal": {"F2"}, "loop": {"Ctrl+F7"}, "sectionUp": {"Alt+Shift+<", "Alt+Shift+ArrowUp"}, "sectionDown": {"Alt+Shift+>", "Alt+Shift+ArrowDown"},
		})
	case ExpressScribe:
		maps.Copy(keys, Keymap{
			CommandPlay: {"F9", "F4", "Escape"}, "back": {"F7"}, "forward": {"F8"}, "slower": {"F2"}, "faster": {"F3"}, "slowNormal": {"F10"}, "loop": {"F6"},
			"nextBlank": {"Ctrl+F8"}, "previousBlank": {"Ctrl+Shift+F8"}, "insertBlank": {"Ctrl+F10"},
			"nextFlag": {"Ctrl+F9"}, "previousFlag": {"Ctrl+Shift+F9"}, "acceptFlag": {"Alt+F9"}, "acceptSame": {"Alt+Shift+F9"},
		})
	}
	return keys
}

func standardKeys() Keymap {
	return Keymap{
		CommandPlay: {"Escape"}, "back": {"F1"}, "forward": {"F2"}, "slower": {"F3"}, "faster": {"F4"},
		"slowNormal": {"F6"}, "loop": {"F7"}, "voiceCursor": {"F12", "Ctrl+Space"}, "hearCaret": {"Shift+F12"},
		"nextBlank": {"F8", "F16"}, "previousBlank": {"Shift+F8"}, "insertBlank": {"F10"}, "markDoubt": {"Ctrl+Shift+F10"},
		"nextFlag": {"F9"}, "previousFlag": {"Shift+F9"}, "acceptFlag": {"Ctrl+F9"}, "acceptSame": {"Ctrl+Shift+F9"},
		"nextUnknown": {"Shift+F7"}, "addWord": {"Ctrl+Shift+F7"}, "nextField": {"Alt+."},
		"upper": {"Ctrl+."}, "lower": {"Ctrl+,"}, "capital": {"Ctrl+/"}, "toggleCase": {"Shift+F3"},
		"sectionUp": {"Alt+Shift+ArrowUp"}, "sectionDown": {"Alt+Shift+ArrowDown"},
		"complete": {"Ctrl+Enter"}, "passOn": {"Ctrl+Shift+Enter"},
		CommandPedalBack: {"F13"}, CommandPedalPlay: {"F14"}, CommandPedalForward: {"F15"},
	}
}

// check finds the first key that is refused or does two things.
func (k Keymap) check() error {
	taken := make(map[Key]Command)
	for _, c := range Commands {
		for _, key := range k[c.Command] {
			if same, err := ParseKey(string(key)); err != nil {
				return err
			} else if same != key {
				return Errorf(Invalid, "The key %s is written %s.", key, same)
			}
			if other, ok := taken[key]; ok {
				return Errorf(Conflict, "%s would do two things: “%s” and “%s”. Nothing was changed; take it away from one of them.",
					key, other.Info().Title, c.Title)
			}
			taken[key] = c.Command
		}
	}
	return nil
}

// equal reports whether two lists bind the same keys.
func equal(a, b []Key) bool { return len(a) == len(b) && (len(a) == 0 || slices.Equal(a, b)) }

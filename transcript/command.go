package transcript

// Command is something spoken that is not to be written as it is.
type Command struct {
	Say   string `json:"say"`             // lower case, one space between words: "new paragraph"
	Write string `json:"write,omitempty"` // what it puts into the text: ".", "\n\n"
	Left  bool   `json:"left,omitempty"`  // no space before it
	Right bool   `json:"right,omitempty"` // no space after it
	Ends  bool   `json:"ends,omitempty"`  // a sentence begins after it

	// Heading marks the colon: after a few words at the start of a line it makes
	// them a heading, and what follows begins a sentence.
	Heading bool `json:"heading,omitempty"`

	// Scratch takes back what was said since the sentence began.
	Scratch bool `json:"scratch,omitempty"`

	// Does is what it does beyond writing; most commands only write.
	Does Action `json:"does,omitempty"`

	// Apart says that it is meant only where a sentence may begin: at the start
	// or after another command.
	Apart bool `json:"apart,omitempty"`

	// A command whose name is also an ordinary word ("period", "colon") is that
	// word next to these, and with Noun where another mark follows at once:
	// nobody dictates ".,". Before is what it is meant before all the same, for
	// all that NotBefore says: "period of note".
	Noun      bool     `json:"noun,omitempty"`
	NotAfter  []string `json:"not_after,omitempty"`
	NotBefore []string `json:"not_before,omitempty"`
	Before    []string `json:"before,omitempty"` // one or more words each
}

// Action is what a command does beyond writing.
type Action string

// The actions. The last four are also kinds of [Signal].
const (
	Hesitation Action = "hesitation" // "um": heard, not written
	ListNumber Action = "number"     // begins the next entry of a numbered list
	CapNext    Action = "capital"    // the next word begins with a capital
	UpperNext  Action = "upper"      // the next word is in capitals
	UpperOn    Action = "upper on"   // capitals from here
	UpperOff   Action = "upper off"  // to here

	Stat        Action = "stat"         // the author says it is urgent; the words stay
	CopyTo      Action = "copy"         // a copy goes to who is named; the words stay
	NextPatient Action = "next patient" // another dictation begins
	EndOfText   Action = "end"          // the dictation is over
)

// actions are those a table may name.
var actions = []Action{
	Hesitation, ListNumber, CapNext, UpperNext, UpperOn, UpperOff, Stat, CopyTo, NextPatient, EndOfText,
}

// says reports whether the command only signals: its words stay words.
func (c Command) says() bool { return c.Does == Stat || c.Does == CopyTo }

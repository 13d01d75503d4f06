package transcript

// Word is one word and where it is in the sound.
type Word struct {
	Text       string   `json:"text"`
	StartMS    int64    `json:"start_ms"`
	EndMS      int64    `json:"end_ms"`
	Confidence *float64 `json:"confidence,omitempty"` // 0..1; nil: the engine gave none
	Estimated  bool     `json:"estimated,omitempty"`  // the time was worked out, not heard
}

// Draft is what an engine made of a recording.
type Draft struct {
	Engine string `json:"engine"` // name and version of engine and model
	Text   string `json:"text"`
	Words  []Word `json:"words"`
}

// Mark is a place in the text that asks for a person: a blank (text not
// understood) or a QA mark (doubtful word), with its place in the sound.
type Mark struct {
	Kind    MarkKind `json:"kind"`
	Offset  int      `json:"offset"` // bytes from the start of the text
	Length  int      `json:"length"` // bytes
	AudioMS int64    `json:"audio_ms"`
	Reason  string   `json:"reason"`
}

// MarkKind tells blanks from QA marks.
type MarkKind string

// The kinds of mark.
const (
	Blank  MarkKind = "blank"
	QAMark MarkKind = "qa"
)

// BlankText is how a blank stands in the text.
const BlankText = "___"

package transcript

// Command is something spoken that is not to be written as it is.
type Command struct {
	Say   string // lower case, one space between words: "new paragraph"
	Write string // what it puts into the text: ".", "\n\n"
	Left  bool   // no space before it
	Right bool   // no space after it
	Ends  bool   // a sentence begins after it

	// Heading marks the colon: after a few words at the start of a line it makes
	// them a heading, and what follows begins a sentence.
	Heading bool

	// Scratch takes back what was said since the sentence began.
	Scratch bool

	// A command whose name is also an ordinary word ("period", "colon") is that
	// word next to these, and where another mark follows at once: nobody
	// dictates ".,".
	Noun      bool
	NotAfter  []string
	NotBefore []string
}

// EnglishCommands is the table for English dictation. A site may add to a copy.
func EnglishCommands() []Command {
	mark := func(say, write string) Command { return Command{Say: say, Write: write, Left: true} }
	end := func(say, write string) Command { return Command{Say: say, Write: write, Left: true, Ends: true} }
	line := func(say, write string) Command {
		return Command{Say: say, Write: write, Left: true, Right: true, Ends: true}
	}
	joint := func(say, write string) Command { return Command{Say: say, Write: write, Left: true, Right: true} }
	opening := func(say, write string) Command { return Command{Say: say, Write: write, Right: true} }

	period, colon := end("period", "."), mark("colon", ":")
	period.Noun, period.NotAfter, period.NotBefore = true, beforePeriod(), []string{"of"}
	colon.Noun, colon.NotAfter, colon.NotBefore = true, beforeColon(), afterColon()
	colon.Heading = true

	return []Command{
		period,
		end("full stop", "."),
		end("question mark", "?"),
		end("exclamation point", "!"),
		end("exclamation mark", "!"),
		mark("comma", ","),
		colon,
		mark("semicolon", ";"),
		mark("semi colon", ";"),
		joint("hyphen", "-"),
		joint("slash", "/"),
		joint("forward slash", "/"),
		opening("open paren", "("),
		opening("open parenthesis", "("),
		opening("open parentheses", "("),
		mark("close paren", ")"),
		mark("close parenthesis", ")"),
		mark("close parentheses", ")"),
		line("new line", "\n"),
		line("next line", "\n"),
		line("new paragraph", "\n\n"),
		line("next paragraph", "\n\n"),
		{Say: "scratch that", Scratch: true},
	}
}

// beforePeriod lists words that make a period a span of time or a menstruation.
func beforePeriod() []string {
	return []string{
		"the", "menstrual", "waiting", "refractory", "incubation", "latency", "observation", "recovery",
		"postoperative", "perioperative", "preoperative", "postpartum", "neonatal", "perinatal", "gestational",
		"healing", "washout", "grace", "brief", "longer", "shorter",
	}
}

// beforeColon and afterColon list words that make a colon the bowel.
func beforeColon() []string {
	return []string{
		"the", "sigmoid", "ascending", "descending", "transverse", "right", "left", "entire", "proximal", "distal",
		"redundant", "spastic", "her", "his",
	}
}

func afterColon() []string {
	return []string{"cancer", "carcinoma", "polyp", "polyps", "resection", "was", "is"}
}

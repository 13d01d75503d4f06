package transcript

// EnglishCommands is the table for English dictation. A site may add to a copy.
func EnglishCommands() []Command {
	table := englishMarks()
	table = append(table, englishLines()...)
	table = append(table, englishCase()...)
	return append(table, englishSignals()...)
}

func englishMarks() []Command {
	mark := func(say, write string) Command { return Command{Say: say, Write: write, Left: true} }
	end := func(say, write string) Command { return Command{Say: say, Write: write, Left: true, Ends: true} }
	joint := func(say, write string) Command { return Command{Say: say, Write: write, Left: true, Right: true} }
	opening := func(say, write string) Command { return Command{Say: say, Write: write, Right: true} }

	period, colon := end("period", "."), mark("colon", ":")
	period.Noun, period.NotAfter, period.NotBefore = true, beforePeriod(), []string{"of"}
	period.Before = []string{"of note", "of interest", "of course", "of importance", "of significance"}
	colon.Noun, colon.NotAfter, colon.NotBefore = true, beforeColon(), afterColon()
	colon.Heading = true
	quote, unquote := opening("quote", `"`), mark("unquote", `"`)
	quote.NotAfter, quote.NotBefore = []string{"i", "we", "to", "a", "the", "direct"}, []string{"unquote"}
	unquote.NotAfter = []string{"quote"} // "quote unquote": an idiom

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
		quote,
		opening("open quote", `"`),
		unquote,
		mark("close quote", `"`),
		mark("end quote", `"`),
	}
}

func englishLines() []Command {
	line := func(say, write string) Command {
		return Command{Say: say, Write: write, Left: true, Right: true, Ends: true}
	}
	number := func(say string) Command {
		return Command{Say: say, Does: ListNumber, NotAfter: []string{"the", "a", "her", "his", "their"}}
	}
	return []Command{
		line("new line", "\n"),
		line("next line", "\n"),
		line("new paragraph", "\n\n"),
		line("next paragraph", "\n\n"),
		number("number next"),
		number("next number"),
		{Say: "scratch that", Scratch: true},
	}
}

func englishCase() []Command {
	capNext := Command{Say: "cap", Does: CapNext, NotAfter: beforeCap(), NotBefore: afterCap()}
	capital := Command{Say: "capital", Does: CapNext, NotAfter: []string{"the", "a"}, NotBefore: []string{"femoral", "of"}}
	table := []Command{
		capNext,
		capital,
		{Say: "all caps", Does: UpperNext},
		{Say: "all caps on", Does: UpperOn},
		{Say: "caps on", Does: UpperOn},
		{Say: "all caps off", Does: UpperOff},
		{Say: "caps off", Does: UpperOff},
	}
	for _, um := range []string{"um", "uh", "umm", "uhm", "uhh"} {
		table = append(table, Command{Say: um, Does: Hesitation})
	}
	return table
}

func englishSignals() []Command {
	var table []Command
	add := func(does Action, apart bool, says ...string) {
		for _, s := range says {
			table = append(table, Command{Say: s, Does: does, Apart: apart})
		}
	}
	add(NextPatient, true, "next patient", "this is the next patient", "new patient begins")
	add(EndOfText, true, "end of dictation", "end dictation", "end of the dictation", "end of this dictation",
		"end of report", "this is the end of the dictation", "that is the end of the dictation",
		"this is the end of dictation", "that's the end of the dictation", "that concludes the dictation",
		"this concludes the dictation", "this ends the dictation")
	add(Stat, false, "stat dictation", "stat report", "this is a stat", "this is stat", "this one is stat",
		"make this stat", "make this a stat", "make it stat", "mark this stat", "mark this as stat",
		"dictation is stat", "report is stat", "stat priority", "priority stat")
	add(Stat, true, "stat please", "please stat", "stat stat")
	add(CopyTo, true, "cc doctor", "c. c. doctor", "c c doctor", "cc to doctor", "c. c. to doctor", "c c to doctor",
		"carbon copy doctor", "carbon copy to doctor", "copy to doctor", "copies to doctor", "send a copy to doctor",
		"please send a copy to doctor", "please copy doctor")
	return table
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
	return []string{"cancer", "carcinoma", "polyp", "polyps", "resection", "was", "is", "and", "or"}
}

// beforeCap lists words that make a cap something worn or put on.
func beforeCap() []string {
	return []string{
		"the", "a", "an", "cradle", "skull", "knee", "cervical", "ice", "dental", "bone", "end", "her", "his",
		"needle", "tube", "fibrous", "metal", "plastic", "acetabular", "one", "two", "and", "with", "locking", "screw",
	}
}

func afterCap() []string {
	return []string{"refill", "was", "is", "of", "had", "and", "with", "system", "in", "on", "over", "placed"}
}

// Package transcript is text with times: the words an engine heard, the drafts
// and versions made of them, and the pure functions between them. It does no
// input or output.
//
// Times are whole milliseconds from the start of the canonical recording.
// Confidence is 0 to 1, and absent (nil) where an engine gave none: it is never
// invented. Texts are UTF-8, offsets in them are bytes, and words of a text are
// its [Tokens], everywhere.
//
// From spoken to read, and back: [Format] carries out spoken commands, gives
// numbers and the like their written form, and keeps account of every word;
// [Formatted.Words] and [Draft.Timed] give the words of a text their times,
// [Retime] keeps them through edits; [Sections] finds a text's parts; [Diff]
// shows a person what changed; [Blanks] and [Criticals] find what needs a look;
// [WER] and [WrittenWER] count errors of what was heard and of what was written.
//
// # Spoken commands
//
// [EnglishCommands] and [GermanCommands] are tables; a site's own is read by
// [ParseCommands]. What an author asks for that is not text (STAT, a copy, the
// next patient, the end) is a [Signal]. Words after the end, and what "scratch
// that" took back, are out of the text and in a mark ([Formatted.Marks]).
//
// # Written form
//
// The rules never change a value, and where words have two readings they stay
// words: "two to three hundred", "one fifty milligram tablet", "lasix forty two
// tablets", "ninety eight six". Every digit lies in the [Place] of the words
// that named it. The habits are those of American medical transcription (AHDI);
// where it leaves a choice, what most of some thousand sample notes do:
//
//	said                              written           why
//	five milligrams, ten c. c.        5 mg, 10 cc       figures before units; units short, mcg and units in full (Joint Commission)
//	zero point five, point five mg    0.5 mg            a zero before the point, never after a dose: "five point zero mg" is 5 mg
//	INR two point zero                INR 2.0           but a reading keeps its precision
//	nine cases, ten cases             nine, 10          words under ten, figures from ten on
//	one day, two days                 one day, 2 days   figures before spans of time, but for one
//	three times, two brothers         words             counts of things are prose
//	three to four days                3 to 4 days       "to" stays
//	gravida two, potassium four       2, 4              figures after what is always measured
//	nine hundred, twelve hundred      900, 1200         commas from 10,000 on
//	one twenty over eighty            120/80            also 5/5, 2/6
//	one fifty milliliters             150 mL            only where nothing else can be meant
//	b i d, q six hours, p r n         b.i.d. q.6h. p.r.n.
//	q d, q o d                        daily, every other day   on the Joint Commission's "Do Not Use" list
//	march third twenty twenty six     March 3, 2026     months are written as they were said
//	three slash four slash twenty six 3/4/26
//	eight thirty a m                  8:30 a.m.
//	forty five year old               45-year-old
//	three o vicryl, number ten blade  3-0 vicryl, #10 blade
//	eighteen french, twenty gauge     18-French, 20-gauge
//	three by four centimeters         3 x 4 cm
//	two and a half inches             2-1/2 inches      with metric units 2.5
//	l four five, c five c six         L4-5, C5-C6
//	grade two, cranial nerve seven    grade II, VII     also stage, class, axis, factor, lead; type and level are Arabic
//	oriented times three              x3
//	seventy fifth                     75th              words up to the tenth
//	c. t. a., e. period coli          CTA, E. coli
//	doctor jones                      Dr. Jones
//	um, uh                            nothing           they have their [Fate]
//
// Sentences begin with capitals, headings are in capitals, and so are "I",
// months and days; names and drugs stay as the engine wrote them.
package transcript

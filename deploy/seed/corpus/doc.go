// Package corpus makes up medical dictation: an original text corpus, generated
// from lists of medical words and from sentences as physicians dictate them. A
// first installation trains its language model from [Sentences]; [Notes] gives
// complete notes for demonstrations and tests. Nobody in it exists.
//
// Everything is made from the files in grammar/, which a person can extend
// without knowing the code. A file consists of rules and note scripts:
//
//	# a comment
//	! female 18 45             rules from here on are about women of these ages
//	[drug.pain]                a rule; its alternatives follow,
//	ibuprofen | naproxen *3    by line or parted by |; *3 makes one thrice as frequent
//	[+plan | Plan | Advice]    + : the alternatives are whole sentences; the headings
//	                           they may stand under follow the name
//	Continue {drug.pain} {n 200 800 200} mg p.o. {b.i.d.|t.i.d.}.
//	[-words]                   - : sentences said only until every word of the lists
//	                           has been said once
//	The {noun} was {verb+ed}.
//	[[letter | Headache | female 18 60]]
//	CHIEF COMPLAINT: {dx=headaches}.       each line is a paragraph, in this order
//	The patient is a {yo} {man} with {dx}.
//
// A slot in braces is a rule ({drug.pain}), a choice written in place
// ({b.i.d.|t.i.d.}, parts may be empty), a variable bound before ({dx=headaches}
// keeps, {dx} repeats), a rule bent by the regular rules of English ({verb+ed},
// {verb+ing}, {verb+s}, {noun+s}) or a generator:
//
//	{n 1 9} {n 200 800 200}   whole number from, to, in steps of
//	{dec 0.1 2.0}             decimal from, to (a third number: digits after the point)
//	{age} {yo} {man} {gent} {male} {he} {his} {him} {himself} {Mr} {first} {last}
//	{dr}                      anybody's family name
//	{side} {other}            the side of this passage, and the other
//	{bp} {date} {month} {year} {time} {level} {visus} {roman}
//
// Text is written as it should be typed; how it is said follows from it: "mg" is
// "milligrams", "120/80" "one twenty over eighty", "b.i.d." and "MRI" are
// spelled, "well-nourished" is two words. Where that is wrong the spoken form
// stands behind a tilde, with underscores for blanks: GERD~gerd, II~two.
// "a" becomes "an" where the next word asks for it, and sentences get their
// capitals. The tests of the package read every file, name the line of a mistake,
// and fail on a rule nobody uses or a word that is never said.
//
// About 300,000 words are right for a model: they use every word, and more of
// them only repeats the templates.
package corpus

// Version grows when the same seed no longer gives the same text on purpose.
const Version = 2

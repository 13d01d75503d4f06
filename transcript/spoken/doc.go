// Package spoken turns written English notes into the words a physician would
// have dictated: "BP 120/80. Lasix 40 mg b.i.d." becomes "b. p. one hundred
// twenty over eighty period lasix forty milligrams b. i. d. period". Language
// models are made of such words. It does no input or output.
//
// Words are lower case; a spelled letter has a point ("c. t."), as in the CMU
// pronouncing dictionary. Where people differ (a comma is said or not, "zero
// point five" or "point five") the choice varies along the text, and is the
// same each time for the same text.
package spoken

package paper

import "strings"

// words are what stands around a note, in the language of the notes.
type words struct {
	patient, number, born, visit, author, document, dictated string
	signedBy, textHash, page, addendum, amendment, adds      string
	stands, reason, missing, copyTo, letter                  string
	day, moment                                              string // layouts of time
	meaning                                                  map[string]string
}

var english = words{
	patient: "Patient", number: "MRN", born: "Born", visit: "Visit", author: "Author", document: "Document", dictated: "Dictated",
	signedBy: "Signed by %s (%s), %s", textHash: "SHA-256 of the signed text", page: "Page %d of %d",
	addendum: "ADDENDUM %s", amendment: "AMENDED – read document %s in its place", adds: "Adds to document %s.", stands: "Stands in the place of document %s.",
	reason: "Reason: %s", missing: "Characters that cannot be printed here stand as [U+…]. The electronic note has them.",
	copyTo: "Copy to: %s", letter: "Copy of a signed note, for your records. If you are not the person it is addressed to, please call the sender and destroy it.",
	day: "January 2, 2006", moment: "January 2, 2006, 15:04 MST",
}

var german = words{
	patient: "Patient", number: "Patientennummer", born: "Geboren", visit: "Fall", author: "Verfasser", document: "Dokument", dictated: "Diktiert",
	signedBy: "Unterschrieben von %s (%s), %s", textHash: "SHA-256 des unterschriebenen Textes", page: "Seite %d von %d",
	addendum: "NACHTRAG %s", amendment: "BERICHTIGT – stattdessen gilt Dokument %s", adds: "Ergänzt Dokument %s.", stands: "Steht an der Stelle von Dokument %s.",
	reason: "Grund: %s", missing: "Zeichen, die sich hier nicht drucken lassen, stehen als [U+…]. Die elektronische Fassung hat sie.",
	copyTo: "Kopie an: %s", letter: "Kopie eines unterschriebenen Berichts für Ihre Unterlagen. Sind Sie nicht der Empfänger, rufen Sie bitte den Absender an und vernichten Sie sie.",
	day: "02.01.2006", moment: "02.01.2006, 15:04 MST",
	meaning: map[string]string{
		"author": "Verfasser", "author, to be co-signed": "Verfasser, wird gegengezeichnet", "reviewed": "geprüft",
		"reviewed, to be co-signed": "geprüft, wird gegengezeichnet", "for the author, as proxy": "für den Verfasser, in Vertretung",
		"for the author, as proxy, to be co-signed": "für den Verfasser, in Vertretung, wird gegengezeichnet",
		"attending": "verantwortlicher Arzt", "for the attending, as proxy": "für den verantwortlichen Arzt, in Vertretung",
	},
}

// wordsOf picks by BCP 47 tag; what is not known is English.
func wordsOf(language string) words {
	if tag, _, _ := strings.Cut(strings.ToLower(language), "-"); tag == "de" {
		return german
	}
	return english
}

// size is the sheet that is used where the language is spoken.
func size(language string) string {
	switch strings.ToLower(language) {
	case "", "en", "en-us", "en-ca", "es-us", "es-mx", "fr-ca":
		return "Letter"
	}
	return "A4"
}

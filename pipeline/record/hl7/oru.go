package hl7

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"dictation/pipeline"
	"dictation/pipeline/record"
)

// ORU sends signed notes as unsolicited results (chapter 7, ORU^R01), which is
// how radiology reports travel. Like [MDM] it is a [record.System] whose message
// for a document is the same on every try.
//
// A receiver replaces the report it has under OBR-3 by what comes. So OBR-3 is the
// number of the first document for all that follow it, and an addendum's message
// holds the whole report again: what was signed before, and then the addition,
// whose OBX-3 has the suffix ADT (7.2.4). Such a report is corrected (C), as is
// one that an amendment replaces; before that it is final (F, tables 0085 and
// 0123). Preliminary (P) is what nobody who answers for it has signed; that is
// never sent.
type ORU struct{ site Site }

var _ record.Withdrawer = (*ORU)(nil)

// NewORU makes a destination.
func NewORU(site Site) *ORU { return &ORU{site.filled()} }

// Name implements [record.System].
func (d *ORU) Name() string { return d.site.Label }

// Attach implements [record.System].
func (d *ORU) Attach(ctx context.Context, doc record.Document) (record.Receipt, error) {
	payload, err := d.Prepare(doc)
	if err != nil {
		return record.Receipt{}, err
	}
	return d.Send(ctx, doc, payload)
}

// Prepare implements [record.Preparer].
func (d *ORU) Prepare(doc record.Document) ([]byte, error) {
	if err := checkLater(doc); err != nil {
		return nil, err
	}
	var w Writer
	d.site.head(&w, doc, [3]string{"ORU", "R01", "ORU_R01"}, "R01")
	status := "F"
	if doc.Note.Relation != "" {
		status = "C"
	}
	w.Segment("OBR", d.obr(doc, status)...)
	if doc.Note.Relation == pipeline.Amendment {
		w.Segment("NTE", "1", "L", Escape(doc.Note.Reason))
	}
	earlier := report(doc.Before)
	if doc.Note.Relation != pipeline.Addendum {
		earlier = nil
	}
	n := d.parts(&w, earlier)
	r := d.part(doc.Note, len(earlier))
	if doc.Note.Relation == pipeline.Amendment {
		r.status = "C"
	}
	if err := d.site.content(&w, doc, r, n); err != nil {
		return nil, err
	}
	return w.Bytes(), nil
}

// parts writes what was signed before, and gives the number of the next OBX.
func (d *ORU) parts(w *Writer, earlier []pipeline.Note) int {
	n := 1
	for i, part := range earlier {
		n = d.part(part, i).obx(w, n, "TX", lines(part.Text)...)
	}
	return n
}

// part is part i of a report, from 0; those behind the first are additions.
func (d *ORU) part(n pipeline.Note, i int) result {
	return result{code: d.code(n, i > 0), sub: fmt.Sprint(i + 1), status: "F", at: Time(n.Seal.SignedAt)}
}

// report is what a receiver has of it after all: the newest whole text and what was
// added to that.
func report(all []pipeline.Note) []pipeline.Note {
	for i, n := range slices.Backward(all) {
		if n.Relation != pipeline.Addendum {
			return all[i:]
		}
	}
	return all
}

// Send implements [record.Preparer].
func (d *ORU) Send(ctx context.Context, doc record.Document, payload []byte) (record.Receipt, error) {
	return d.site.send(ctx, doc, payload)
}

// PrepareWithdrawal implements [record.Withdrawer]: there are no results any more
// (OBR-25 X), and what was sent is posted as wrong (OBX-11 W). Of a later note the
// report goes out again as it was before.
func (d *ORU) PrepareWithdrawal(doc record.Document, reason string) ([]byte, error) {
	if err := checkLater(doc); err != nil {
		return nil, err
	}
	earlier, status := report(doc.Before), "X"
	if doc.Note.Relation != "" {
		status = "C"
	}
	var w Writer
	d.site.head(&w, doc, [3]string{"ORU", "R01", "ORU_R01"}, "X01")
	w.Segment("OBR", d.obr(doc, status)...)
	w.Segment("NTE", "1", "L", Escape(reason))
	n := d.parts(&w, earlier)
	if doc.Note.Relation != pipeline.Amendment {
		r := d.part(doc.Note, len(earlier))
		r.status = "W"
		r.obx(&w, n, "TX", `""`)
	}
	return w.Bytes(), nil
}

// obr is the report (7.4.1): whose number it goes by, when it was dictated and
// signed, how it stands, who reads it.
func (d *ORU) obr(doc record.Document, status string) []string {
	n, info := doc.Note, doc.Note.Worktype.Info()
	first := n.DocumentNumber
	if len(doc.Before) > 0 {
		first = doc.Before[0].DocumentNumber
	} else if n.Relation != "" {
		first = n.Seal.RefersTo
	}
	f := make([]string, 32)
	set := func(field int, value string) { f[field-1] = value }
	set(1, "1")
	set(3, Components(first, d.site.Sender[0]))
	set(4, Components(info.LOINC, info.Display, "LN"))
	set(7, Time(doc.Created))
	set(22, Time(n.Seal.SignedAt))
	set(24, cmp.Or(d.site.Service, "RAD"))
	set(25, status)
	set(32, d.interpreter(doc))
	return f
}

// interpreter is OBR-32 (NDL): the author, whose parts are sub-components here,
// and when it was signed.
func (d *ORU) interpreter(doc record.Document) string {
	id, family, given, _ := d.site.who(doc.Author)
	who := Escape(id)
	if family+given != "" {
		who += "&" + Escape(family) + "&" + Escape(given)
	}
	return who + "^" + Time(doc.Note.Seal.SignedAt)
}

// code is OBX-3; an addition says so in the suffix.
func (d *ORU) code(n pipeline.Note, addition bool) string {
	info := n.Worktype.Info()
	id := Escape(info.LOINC)
	if addition {
		id += "&ADT"
	}
	return id + "^" + Components(info.Display, "LN")
}

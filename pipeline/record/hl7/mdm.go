package hl7

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"dictation/pipeline"
	"dictation/pipeline/record"
)

// Site says how the receiver wants to be spoken to. Only Client is required.
type Site struct {
	Label     string // the destination's name; default "hl7"
	Client    *Client
	Sender    [2]string // MSH-3 and MSH-4; default "DICTATION"
	Receiver  [2]string // MSH-5 and MSH-6
	Authority string    // assigning authority of record and visit numbers
	Test      bool      // MSH-11 T instead of P

	// Types maps worktypes to codes of table 0270, which is user-defined;
	// default the standard's suggestions, and LT for letters.
	Types map[pipeline.Worktype]string
	// Provider gives the number that the receiver knows a clinician by (XCN-1)
	// and who issued it; without it, clinicians go by name.
	Provider func(record.Person) (id, authority string)
	// Busy are the codes of ERR-3 with which the receiver says "later" although
	// it answers AE.
	Busy []string

	Content Content                               // how the text is sent; default its lines
	Print   func(record.Document) ([]byte, error) // PDF; for those contents only
	Service string                                // OBR-24 of results (table 0074); default RAD
}

// filled is the site with its defaults.
func (s Site) filled() Site {
	s.Label = cmp.Or(s.Label, "hl7")
	s.Sender[0] = cmp.Or(s.Sender[0], "DICTATION")
	s.Content = cmp.Or(s.Content, ContentText)
	return s
}

// MDM sends signed notes as MDM (chapter 9): T02 original document with content,
// T06 addendum, T10 replacement, T11 cancellation. It is a [record.System]: the
// same document is the same message, byte by byte and with the same MSH-10,
// however often it is sent, which is how receivers tell a repeated one.
type MDM struct{ site Site }

var _ record.Withdrawer = (*MDM)(nil)

// NewMDM makes a destination.
func NewMDM(site Site) *MDM { return &MDM{site.filled()} }

// Name implements [record.System].
func (d *MDM) Name() string { return d.site.Label }

// Attach implements [record.System].
func (d *MDM) Attach(ctx context.Context, doc record.Document) (record.Receipt, error) {
	payload, err := d.Prepare(doc)
	if err != nil {
		return record.Receipt{}, err
	}
	return d.Send(ctx, doc, payload)
}

// Prepare implements [record.Preparer].
func (d *MDM) Prepare(doc record.Document) ([]byte, error) {
	if err := checkLater(doc); err != nil {
		return nil, err
	}
	return d.Message(doc)
}

// checkLater refuses what must not be sent, also a later note without what it
// refers to.
func checkLater(doc record.Document) error {
	if err := doc.Check(); err != nil {
		return err
	}
	if doc.Note.Relation != "" && doc.Note.Seal.RefersTo == "" {
		return pipeline.Errorf(pipeline.Invalid, "This note does not name the document it refers to; it was not sent.")
	}
	return nil
}

// PrepareWithdrawal implements [record.Withdrawer].
func (d *MDM) PrepareWithdrawal(doc record.Document, reason string) ([]byte, error) {
	if err := doc.Check(); err != nil {
		return nil, err
	}
	return d.Cancellation(doc, reason), nil
}

// Send implements [record.Preparer].
func (d *MDM) Send(ctx context.Context, doc record.Document, payload []byte) (record.Receipt, error) {
	return d.site.send(ctx, doc, payload)
}

// send sends a message and judges the answer.
func (s Site) send(ctx context.Context, doc record.Document, payload []byte) (record.Receipt, error) {
	if err := ctx.Err(); err != nil {
		return record.Receipt{}, pipeline.Wrap(pipeline.Unavailable, errors.Join(record.ErrNotSent, err), "The note was not sent yet because the work was interrupted. It will be tried again.")
	}
	ack, err := s.Client.Send(ctx, payload, true)
	if err != nil {
		return record.Receipt{}, err
	}
	if err := s.judge(ack); err != nil {
		return record.Receipt{}, err
	}
	// The receiver gives no number of its own: it goes by ours.
	return record.Receipt{RecordID: doc.Note.DocumentNumber, At: doc.Note.Seal.SignedAt}, nil
}

// judge is the table of what an acknowledgement means for the delivery (v2.5.1
// 2.9.2.2, and the site's own habits).
func (s Site) judge(a Ack) error {
	answer := fmt.Errorf("%s %s", a.Code, a.Error) // the text may hold patient data
	for _, code := range s.Busy {
		if a.Error == code && code != "" && a.Code != AA {
			return pipeline.Wrap(pipeline.Unavailable, answer, "The receiver is busy. The note will be sent again.")
		}
	}
	switch a.Code {
	case AA, CA:
		return nil
	case AE, CE:
		return pipeline.Wrap(pipeline.Invalid, answer, "The receiver refused the note (%s, error %s). It was not sent again; a person must look at it.", a.Code, cmp.Or(a.Error, "not named"))
	case AR, CR:
		switch a.Error {
		case ErrMessageType, ErrEventCode, ErrProcessingID, ErrVersion:
			return pipeline.Wrap(pipeline.Invalid, errors.Join(record.ErrLink, answer), "The receiver does not take documents the way they are sent (error %s). Its settings and ours must be compared.", a.Error)
		}
		return pipeline.Wrap(pipeline.Unavailable, answer, "The receiver could not take the note just now. It will be sent again.")
	}
	return pipeline.Wrap(pipeline.Invalid, answer, "The receiver answered in a way that is not understood. A person must look whether it has the note.")
}

// event is the trigger event of a note (9.5): by its relation to another.
func event(n pipeline.Note) string {
	switch n.Relation {
	case pipeline.Addendum:
		return "T06"
	case pipeline.Amendment:
		return "T10"
	}
	return "T02"
}

// Message writes the note: T02, T06 or T10, which all have the structure MDM_T02.
func (d *MDM) Message(doc record.Document) ([]byte, error) {
	var w Writer
	act := event(doc.Note)
	d.site.head(&w, doc, [3]string{"MDM", act, "MDM_T02"}, act)
	w.Segment("TXA", d.txa(doc)...)
	info := doc.Note.Worktype.Info()
	err := d.site.content(&w, doc, result{code: Components(info.LOINC, info.Display, "LN"), status: "F"}, 1)
	return w.Bytes(), err
}

// Cancellation writes MDM^T11 for a document that was sent (9.5.11): no content,
// TXA-19 CA, the reason in TXA-21.
func (d *MDM) Cancellation(doc record.Document, reason string) []byte {
	var w Writer
	d.site.head(&w, doc, [3]string{"MDM", "T11", "MDM_T01"}, "T11")
	f := d.txa(doc)
	f[19-1], f[21-1] = "CA", Escape(reason)
	w.Segment("TXA", f...)
	return w.Bytes()
}

// head writes the segments before the document: header, event (of MDM), patient,
// visit. act is what the message does, for its number.
func (s Site) head(w *Writer, doc record.Document, kind [3]string, act string) {
	p := doc.Patient
	signed := Time(doc.Note.Seal.SignedAt)
	processing := "P"
	if s.Test {
		processing = "T"
	}
	w.Segment("MSH", `^~\&`, Escape(s.Sender[0]), Escape(s.Sender[1]), Escape(s.Receiver[0]), Escape(s.Receiver[1]),
		signed, "", Components(kind[:]...), Escape(control(doc, act)), processing, "2.5.1", "", "", "AL", "NE", "", "UNICODE UTF-8")
	if kind[0] == "MDM" {
		w.Segment("EVN", "", signed)
	}
	w.Segment("PID", "1", "", Components(p.MRN, "", "", s.Authority, "MR"), "", Components(p.Family, p.Given), "",
		Date(p.BirthDate), sexCode(p.Sex))
	w.Segment("PV1", pv1(doc.Encounter, s.Authority)...)
}

// control is MSH-10, at most 20 characters: number, event and, where a person had
// a refused one sent anew, a letter, for the receiver would answer the old one as
// before.
func control(doc record.Document, event string) string {
	id := doc.Note.DocumentNumber + event
	if doc.Series > 0 {
		id += string(rune('A' + (doc.Series-1)%26))
	}
	return id
}

// pv1 is the visit: class, place and number. A note without one says so with
// table 0004's U.
func pv1(e pipeline.Encounter, authority string) []string {
	f := make([]string, 19)
	f[0], f[1] = "1", "U"
	if e.ID == "" {
		return f
	}
	f[1] = cmp.Or(map[string]string{"EMER": "E", "IMP": "I", "AMB": "O", "PRENC": "P"}[e.Class], "U")
	f[2] = Components(e.Location)
	f[18] = Components(e.Number, "", "", authority, "VN")
	return f
}

// txa describes the document (9.6.1); later notes name in TXA-13 the one they refer to. The author is who dictated; whoever signed
// is in TXA-22 with the moment.
func (d *MDM) txa(doc record.Document) []string {
	n := doc.Note
	author := d.provider(doc.Author)
	f := make([]string, 22)
	set := func(field int, value string) { f[field-1] = value }
	set(1, "1")
	set(2, d.docType(n.Worktype))
	set(3, d.site.presentation())
	set(4, Time(doc.Created))
	set(5, author)
	set(6, Time(doc.Created))
	set(9, author)
	set(10, d.provider(doc.Signer))
	set(12, Components(n.DocumentNumber, d.site.Sender[0]))
	if n.Relation != "" {
		set(13, Components(n.Seal.RefersTo, d.site.Sender[0]))
		set(21, Escape(n.Reason))
	}
	set(16, Components(n.DocumentNumber))
	set(17, n.Completion())
	set(18, "U")
	set(19, "AV")
	set(22, d.authentications(n))
	return f
}

// authentications is who signed and when, first to last (TXA-22, PPN with the
// moment as component 15).
func (d *MDM) authentications(n pipeline.Note) string {
	var all []string
	for _, s := range append(n.Earlier[:len(n.Earlier):len(n.Earlier)], n.Seal) {
		who := d.provider(record.Person{ID: s.SignerID, Name: s.SignerName})
		all = append(all, who+strings.Repeat("^", 14-strings.Count(who, "^"))+Time(s.SignedAt))
	}
	return strings.Join(all, "~")
}

func (d *MDM) docType(w pipeline.Worktype) string {
	return cmp.Or(d.site.Types[w], w.Info().HL7, "LT")
}

// provider writes a person (XCN, PPN): number, name, and who issued the number.
func (d *MDM) provider(p record.Person) string {
	id, family, given, authority := d.site.who(p)
	return Components(id, family, given, "", "", "", "", "", authority)
}

// who is a person as the receiver knows them.
func (s Site) who(p record.Person) (id, family, given, authority string) {
	if s.Provider != nil {
		id, authority = s.Provider(p)
	}
	family = p.Name
	if i := strings.LastIndexByte(p.Name, ' '); i >= 0 {
		given, family = p.Name[:i], p.Name[i+1:]
	}
	return id, family, given, authority
}

func sexCode(sex string) string {
	return cmp.Or(map[string]string{"male": "M", "female": "F", "other": "O"}[sex], "U")
}

// Unsettled reports whether a failed Attach leaves open if the receiver has the
// note. The same message may be sent again.
func Unsettled(err error) bool { return errors.Is(err, ErrNoAck) }

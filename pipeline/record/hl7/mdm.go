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
}

// MDM sends signed notes with content (chapter 9): as MDM^T02 an original, as
// T06 an addendum, as T10 what replaces a document.
// It is a [record.System]: the same document is the same message, byte by byte
// and with the same MSH-10, however often it is sent, which is how receivers
// tell a repeated one.
type MDM struct{ site Site }

// NewMDM makes a destination.
func NewMDM(site Site) *MDM {
	site.Label = cmp.Or(site.Label, "hl7")
	site.Sender[0] = cmp.Or(site.Sender[0], "DICTATION")
	return &MDM{site}
}

// Name implements [record.System].
func (d *MDM) Name() string { return d.site.Label }

// Attach implements [record.System].
func (d *MDM) Attach(ctx context.Context, doc record.Document) (record.Receipt, error) {
	if err := ctx.Err(); err != nil {
		return record.Receipt{}, pipeline.Wrap(pipeline.Unavailable, err, "The note was not sent yet because the work was interrupted. It will be tried again.")
	}
	if err := doc.Check(); err != nil {
		return record.Receipt{}, err
	}
	ack, err := d.site.Client.Send(ctx, d.Message(doc), true)
	if err != nil {
		return record.Receipt{}, err
	}
	if err := d.judge(ack); err != nil {
		return record.Receipt{}, err
	}
	// The receiver gives no number of its own: it goes by ours.
	return record.Receipt{RecordID: doc.Note.DocumentNumber, At: doc.Note.Seal.SignedAt}, nil
}

// judge is the table of what an acknowledgement means for the delivery (v2.5.1
// 2.9.2.2, and the site's own habits).
func (d *MDM) judge(a Ack) error {
	answer := fmt.Errorf("%s %s", a.Code, a.Error) // the text may hold patient data
	for _, code := range d.site.Busy {
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
			return pipeline.Wrap(pipeline.Invalid, answer, "The receiver does not take documents the way they are sent (error %s). Its settings and ours must be compared.", a.Error)
		}
		return pipeline.Wrap(pipeline.Unavailable, answer, "The receiver could not take the note just now. It will be sent again.")
	}
	return pipeline.Wrap(pipeline.Invalid, answer, "The receiver answered in a way that is not understood. A person must look whether it has the note.")
}

// event is the trigger of a note: both of later ones have the structure of T02.
func event(n pipeline.Note) string {
	switch n.Relation {
	case pipeline.Addendum:
		return "T06"
	case pipeline.Amendment:
		return "T10"
	}
	return "T02"
}

// Message writes the note as an MDM message.
func (d *MDM) Message(doc record.Document) []byte {
	n, s := doc.Note, d.site
	signed := Time(n.Seal.SignedAt)
	processing := "P"
	if s.Test {
		processing = "T"
	}
	var w Writer
	w.Segment("MSH", `^~\&`, Escape(s.Sender[0]), Escape(s.Sender[1]), Escape(s.Receiver[0]), Escape(s.Receiver[1]),
		signed, "", "MDM^"+event(n)+"^MDM_T02", Escape(n.DocumentNumber+event(n)), processing, "2.5.1", "", "", "AL", "NE", "", "UNICODE UTF-8")
	w.Segment("EVN", "", signed)
	p := doc.Patient
	w.Segment("PID", "1", "", Components(p.MRN, "", "", s.Authority, "MR"), "", Components(p.Family, p.Given), "",
		Date(p.BirthDate), sexCode(p.Sex))
	w.Segment("PV1", pv1(doc.Encounter, s.Authority)...)
	w.Segment("TXA", d.txa(doc)...)
	info := n.Worktype.Info()
	for i, line := range strings.Split(strings.TrimRight(n.Text, "\n"), "\n") {
		w.Segment("OBX", fmt.Sprint(i+1), "TX", Components(info.LOINC, info.Display, "LN"), "", Escape(line), "", "", "", "", "", "F")
	}
	return w.Bytes()
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

// txa describes the document (9.6.1). The author is who dictated; whoever signed
// is in TXA-22 with the moment.
func (d *MDM) txa(doc record.Document) []string {
	n := doc.Note
	author := d.provider(doc.Author)
	f := make([]string, 22)
	set := func(field int, value string) { f[field-1] = value }
	set(1, "1")
	set(2, d.docType(n.Worktype))
	set(3, "TX")
	set(4, Time(doc.Created))
	set(5, author)
	set(6, Time(doc.Created))
	set(9, author)
	set(10, d.provider(doc.Signer))
	set(12, Components(n.DocumentNumber, d.site.Sender[0]))
	set(16, Components(n.DocumentNumber))
	if n.Relation != "" {
		set(13, Components(n.Seal.RefersTo, d.site.Sender[0]))
		set(21, Escape(n.Reason))
	}
	set(17, n.Completion())
	set(18, "U")
	set(19, "AV")
	set(22, d.provider(doc.Signer)+strings.Repeat("^", 14-strings.Count(d.provider(doc.Signer), "^"))+Time(n.Seal.SignedAt))
	return f
}

func (d *MDM) docType(w pipeline.Worktype) string {
	return cmp.Or(d.site.Types[w], w.Info().HL7, "LT")
}

// provider writes a person (XCN, PPN): number, name, and who issued the number.
func (d *MDM) provider(p record.Person) string {
	var id, authority string
	if d.site.Provider != nil {
		id, authority = d.site.Provider(p)
	}
	given, family := "", p.Name
	if i := strings.LastIndexByte(p.Name, ' '); i >= 0 {
		given, family = p.Name[:i], p.Name[i+1:]
	}
	return Components(id, family, given, "", "", "", "", "", authority)
}

func sexCode(sex string) string {
	return cmp.Or(map[string]string{"male": "M", "female": "F", "other": "O"}[sex], "U")
}

// Unsettled reports whether a failed Attach leaves open if the receiver has the
// note. The same message may be sent again.
func Unsettled(err error) bool { return errors.Is(err, ErrNoAck) }

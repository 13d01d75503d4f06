package web

import (
	archive "archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/record/fhir"
	"dictation/pipeline/store"
)

// manifest says what a released record is made of; its own SHA-256 stands with the
// disclosure.
type manifest struct {
	Disclosure string         `json:"disclosure"`
	Made       time.Time      `json:"made"`
	Documents  int            `json:"documents"`
	Files      []manifestFile `json:"files"`
}

type manifestFile struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"` // bytes
	SHA256 string `json:"sha256"`
}

// release writes one patient's record as a ZIP file, piece by piece: its size does
// not show in memory.
type release struct {
	s    *Server
	fhir fhir.Mapping
	zip  *archive.Writer
	manifest
}

// add writes one file and notes its hash.
func (x *release) add(name string, write func(io.Writer) error) error {
	// Sound does not get smaller, and texts are small.
	f, err := x.zip.CreateHeader(&archive.FileHeader{Name: name, Method: archive.Deflate, Modified: x.Made})
	if err != nil {
		return err
	}
	sum := sha256.New()
	count := &counted{w: io.MultiWriter(f, sum)}
	if err := write(count); err != nil {
		return err
	}
	x.Files = append(x.Files, manifestFile{name, count.n, hex.EncodeToString(sum.Sum(nil))})
	return nil
}

// counted counts what is written.
type counted struct {
	w io.Writer
	n int64
}

// Write implements io.Writer.
func (c *counted) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// record writes everything there is of a patient.
func (x *release) record(ctx context.Context, p pipeline.Patient) error {
	visits, err := x.s.Store.Encounters(ctx, p.ID)
	if err != nil {
		return err
	}
	err = x.add("bundle.json", func(w io.Writer) error { return x.bundle(ctx, w, p, visits) })
	if err != nil {
		return err
	}
	return x.s.eachDocument(ctx, p.ID, func(d pipeline.ChartDocument) error {
		x.Documents++
		return x.note(ctx, d)
	})
}

// eachDocument walks a patient's chart page by page, newest first.
func (s *Server) eachDocument(ctx context.Context, patient string, do func(pipeline.ChartDocument) error) error {
	f := store.ChartFilter{PatientID: patient, Limit: 100}
	for {
		page, err := s.Store.ChartPage(ctx, f)
		if err != nil {
			return err
		}
		for _, d := range page {
			if err := do(d); err != nil {
				return err
			}
			f.After = store.Cursor{At: d.AttachedAt, ID: d.ID}
		}
		if len(page) < f.Limit {
			return nil
		}
	}
}

// bundle writes a FHIR R4 Bundle of type collection: patient, visits, documents.
func (x *release) bundle(ctx context.Context, w io.Writer, p pipeline.Patient, visits []pipeline.Encounter) error {
	separator := ""
	entry := func(r fhir.Resource) error {
		body, err := json.Marshal(r)
		if err == nil {
			_, err = fmt.Fprintf(w, "%s\n{\"fullUrl\":%q,\"resource\":%s}", separator, x.fhir.URL(r), body)
		}
		separator = ","
		return err
	}
	if _, err := io.WriteString(w, `{"resourceType":"Bundle","type":"collection","entry":[`); err != nil {
		return err
	}
	if err := entry(x.fhir.Patient(p)); err != nil {
		return err
	}
	for _, v := range visits {
		if err := entry(x.fhir.Encounter(v)); err != nil {
			return err
		}
	}
	if err := x.s.eachDocument(ctx, p.ID, func(d pipeline.ChartDocument) error { return entry(x.fhir.DocumentReference(d)) }); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n]}\n")
	return err
}

// note writes a document's text, the text with its signature, its codes, and its sound.
func (x *release) note(ctx context.Context, d pipeline.ChartDocument) error {
	number := d.Note.DocumentNumber
	err := x.add("notes/"+number+".txt", func(w io.Writer) error {
		_, err := io.WriteString(w, d.Note.Text)
		return err
	})
	if err != nil {
		return err
	}
	sealed, err := x.s.sealed(ctx, d.Note.DictationID)
	if err == nil {
		err = x.add("notes/"+number+".sealed.json", func(w io.Writer) error { return json.NewEncoder(w).Encode(sealed) })
	}
	if err != nil {
		return err
	}
	coding, err := x.s.Store.Coding(ctx, d.Note.ID)
	if err == nil && len(coding.Codes) > 0 {
		err = x.add("notes/"+number+".codes.json", func(w io.Writer) error { return json.NewEncoder(w).Encode(codesOf(coding)) })
	}
	if err != nil {
		return err
	}
	dictation, err := x.s.Store.Dictation(ctx, d.Note.DictationID)
	if err != nil {
		return err
	}
	pdf, _, err := x.s.printed(ctx, dictation)
	if err == nil {
		err = x.add("notes/"+number+".pdf", func(w io.Writer) error { _, err := w.Write(pdf); return err })
	}
	if err != nil || dictation.Sound.Canonical.Key == "" { // a later note may have been typed
		return err
	}
	return x.add("audio/"+number+".wav", func(w io.Writer) error {
		sound, err := x.s.Blob.Get(ctx, dictation.Sound.Canonical.Key)
		if err != nil {
			return err
		}
		defer sound.Close()
		_, err = io.Copy(w, sound)
		return err
	})
}

// end writes the manifest and gives its hash.
func (x *release) end() (string, error) {
	body, err := json.MarshalIndent(x.manifest, "", "  ")
	if err != nil {
		return "", err
	}
	f, err := x.zip.Create("manifest.json")
	if err == nil {
		_, err = f.Write(body)
	}
	if err == nil {
		err = x.zip.Close()
	}
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:]), err
}

// postGiveOut gives one patient's record out as a file. It is written down before
// the first byte leaves; whether all of it left is written down after.
func (s *Server) postGiveOut(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxFields)
	ctx := r.Context()
	p, err := s.Store.Patient(ctx, r.PathValue("patient"))
	if err != nil {
		return err
	}
	recipient, err := pipeline.Statement(r.PostFormValue("recipient"))
	if err != nil {
		return s.writeDisclosures(w, r, err)
	}
	reason, err := pipeline.Statement(r.PostFormValue("reason"))
	if err != nil {
		return s.writeDisclosures(w, r, err)
	}
	id, err := s.Store.BeginDisclosure(ctx, actor(r), p.ID, recipient, reason)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/zip")
	w.Header().Set("Content-Disposition", `attachment; filename="record-`+id+`.zip"`)
	x := &release{s: s, fhir: s.mapping(r), zip: archive.NewWriter(w), manifest: manifest{Disclosure: id, Made: time.Now().UTC()}}
	err = x.record(ctx, p)
	sum := ""
	if err == nil {
		sum, err = x.end()
	}
	if err == nil {
		err = s.Store.EndDisclosure(ctx, actor(r), id, x.Documents, sum)
	}
	if err != nil {
		// Half a file must not look like a whole one: the connection breaks.
		s.opts.Log.WarnContext(ctx, "a record could not be given out whole", "disclosure", id, "kind", string(pipeline.KindOf(err)))
		panic(http.ErrAbortHandler)
	}
	return nil
}

const disclosuresPage = 50

// disclosuresData is the accounting of disclosures of one patient.
type disclosuresData struct {
	Patient pipeline.Patient
	Given   []pipeline.Disclosure
	Next    string // address of the next page; empty on the last
	Release bool   // the reader may give the record out
}

func (s *Server) pageDisclosures(w http.ResponseWriter, r *http.Request) error {
	return s.writeDisclosures(w, r, nil)
}

func (s *Server) writeDisclosures(w http.ResponseWriter, r *http.Request, trouble error) error {
	ctx := r.Context()
	p, err := s.Store.Patient(ctx, r.PathValue("patient"))
	if err != nil {
		return err
	}
	after, err := parsePlace(r.URL.Query().Get("after"))
	if err != nil {
		return err
	}
	if err := s.Store.Accessed(ctx, actor(r), string(pipeline.ReadDisclosures), "", p.ID); err != nil {
		return err
	}
	data := disclosuresData{Patient: p, Release: pipeline.May(userOf(r), pipeline.ReleaseRecord, nil) == nil}
	if data.Given, err = s.Store.Disclosures(ctx, p.ID, after, disclosuresPage+1); err != nil {
		return err
	}
	if len(data.Given) > disclosuresPage {
		data.Given = data.Given[:disclosuresPage]
		last := data.Given[disclosuresPage-1]
		data.Next = pathWith("/patients/"+p.ID+"/disclosures", "after", place(store.Cursor{At: last.At, ID: last.ID}))
	}
	sh := sheet{name: "disclosures", title: msg("Disclosures"), data: data}
	if trouble != nil {
		sh.status, sh.trouble = statuses[pipeline.KindOf(trouble)], pipeline.Sentence(trouble)
	}
	return s.pages.write(w, r, sh)
}

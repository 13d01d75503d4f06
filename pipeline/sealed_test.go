package pipeline_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"crypto/sha256"
	"encoding/hex"

	"dictation/pipeline"
)

var siteKey = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))

// sealedNote has two signatures, an addendum and an amendment.
func sealedNote() pipeline.SealedNote {
	seal := func(number, text, signer, meaning string) pipeline.Seal {
		return pipeline.Seal{
			DocumentNumber: number, TextSHA256: pipeline.TextHash(text), AudioSHA256: "ab",
			AuthorID: "a", AuthorName: "Dr A", SignerID: signer, SignerName: "Dr " + signer, Meaning: meaning,
			SignedAt: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC),
		}
	}
	const text = "No fever."
	first := seal("D1", text, "a", pipeline.MeansFirst)
	first.Sign(siteKey)
	h := sha256.Sum256(first.Signature)
	last := seal("D1", text, "b", pipeline.MeansAttending)
	last.First = hex.EncodeToString(h[:])
	last.Sign(siteKey)
	n := pipeline.SealedNote{
		ID: "n", DocumentNumber: "D1", DictationID: "d", PatientID: "p", EncounterID: "e", Worktype: pipeline.Letter, Title: "Letter",
		Text: text, Version: 3, Seal: last, Earlier: []pipeline.Seal{first}, Audit: pipeline.Link{Pos: 12, Hash: "cd"},
	}
	for i, r := range []pipeline.Relation{pipeline.Addendum, pipeline.Amendment} {
		s := seal(fmt.Sprintf("D%d", i+2), "More.", "a", pipeline.MeansAuthor)
		s.RefersTo, s.Relation, s.Reason = "D1", r, "Why."
		s.Sign(siteKey)
		n.Later = append(n.Later, pipeline.Sealed{Title: "Later", Text: "More.", Seal: s})
	}
	n.Attest(siteKey)
	return n
}

// TestEveryFieldIsSealed changes each value in the file, one after the other.
func TestEveryFieldIsSealed(t *testing.T) {
	t.Parallel()
	if err := sealedNote().Verify(); err != nil {
		t.Fatal(err)
	}
	body, err := json.Marshal(sealedNote())
	if err != nil {
		t.Fatal(err)
	}
	var file any
	if err := json.Unmarshal(body, &file); err != nil {
		t.Fatal(err)
	}
	changed := 0
	eachLeaf(file, "", func(path string, change func()) {
		change()
		b, err := json.Marshal(file)
		if err != nil {
			t.Fatal(err)
		}
		var n pipeline.SealedNote
		if err := json.Unmarshal(b, &n); err == nil && n.Verify() == nil {
			t.Errorf("%s was changed and nobody noticed", path)
		}
		changed++
		change() // back
	})
	if changed < 60 {
		t.Errorf("only %d values were changed", changed)
	}
	for name, spoil := range map[string]func(*pipeline.SealedNote){
		"first signature left out": func(n *pipeline.SealedNote) { n.Earlier = nil },
		"later note left out":      func(n *pipeline.SealedNote) { n.Later = n.Later[:1] },
		"later notes swapped":      func(n *pipeline.SealedNote) { n.Later[0], n.Later[1] = n.Later[1], n.Later[0] },
		"no encounter":             func(n *pipeline.SealedNote) { n.EncounterID = "" },
		"another site's key": func(n *pipeline.SealedNote) {
			n.Attest(ed25519.NewKeyFromSeed(bytes.Repeat([]byte{8}, ed25519.SeedSize)))
		},
		"attested anew without the first": func(n *pipeline.SealedNote) { n.Earlier = nil; n.Attest(siteKey) },
	} {
		n := sealedNote()
		spoil(&n)
		if n.Verify() == nil {
			t.Errorf("%s: not noticed", name)
		}
	}
}

// eachLeaf calls f for every value of a JSON document; change turns it into
// another one, and back.
func eachLeaf(v any, path string, f func(path string, change func())) {
	visit := func(key string, get func() any, set func(any)) {
		switch was := get().(type) {
		case map[string]any, []any:
			eachLeaf(was, key, f)
		case string:
			other := was[:max(0, len(was)-1)] + "0"
			if other == was {
				other = was[:len(was)-1] + "1"
			}
			if len(was) > 4 && was[len(was)-1] == '=' { // base64: change a letter that counts
				other = flip(was[:1]) + was[1:]
			}
			if t, err := time.Parse(time.RFC3339Nano, was); err == nil {
				other = t.Add(time.Second).Format(time.RFC3339Nano)
			}
			toggle(get, set, other, f, key)
		case float64:
			toggle(get, set, was+1, f, key)
		}
	}
	switch v := v.(type) {
	case map[string]any:
		for k := range v {
			visit(path+"/"+k, func() any { return v[k] }, func(x any) { v[k] = x })
		}
	case []any:
		for i := range v {
			visit(fmt.Sprintf("%s/%d", path, i), func() any { return v[i] }, func(x any) { v[i] = x })
		}
	}
}

func flip(s string) string {
	if s == "A" {
		return "B"
	}
	return "A"
}

func toggle(get func() any, set func(any), other any, f func(string, func()), path string) {
	f(path, func() {
		was := get()
		set(other)
		other = was
	})
}

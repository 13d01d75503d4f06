package audit

import (
	"bytes"
	"fmt"
)

// Verifier walks a chain entry by entry. The zero value is ready.
type Verifier struct {
	pos      int64
	head     []byte
	versions map[string]int64 // last version seen of each dictation
	problems []Problem
}

// Problem is a place where the chain does not hold.
type Problem struct {
	Pos  int64 // position of the entry, 0 for one not sealed yet
	ID   int64
	What string
}

// String gives "entry 7 (position 7): …".
func (p Problem) String() string {
	return fmt.Sprintf("entry %d (position %d): %s", p.ID, p.Pos, p.What)
}

// Sealed takes the next sealed entry, in order of position.
func (v *Verifier) Sealed(e Entry) {
	if v.head == nil {
		v.head = Start[:]
	}
	if e.Pos != v.pos+1 {
		v.report(e, fmt.Sprintf("positions %d to %d are missing", v.pos+1, e.Pos-1))
	}
	if want := Link(v.head, e); !bytes.Equal(want, e.Hash) {
		v.report(e, "the entry, or one before it, was changed after it was sealed")
	}
	v.pos, v.head = e.Pos, e.Hash
	v.version(e)
}

// Open takes an entry that no seal covers yet.
func (v *Verifier) Open(e Entry) { v.version(e) }

// version checks that no change of a dictation is missing from the audit.
func (v *Verifier) version(e Entry) {
	if e.Version == 0 {
		return
	}
	if v.versions == nil {
		v.versions = make(map[string]int64)
	}
	if last := v.versions[e.Dictation]; e.Version != last+1 {
		v.report(e, fmt.Sprintf("dictation %s: change %d follows change %d", e.Dictation, e.Version, last))
	}
	v.versions[e.Dictation] = e.Version
}

// Expect checks that the audit saw the dictation reach version, as its row says.
func (v *Verifier) Expect(dictation string, version int64) {
	if got := v.versions[dictation]; got != version {
		v.problems = append(v.problems, Problem{What: fmt.Sprintf(
			"dictation %s: its row says %d changes, the audit has %d", dictation, version, got)})
	}
}

// ExpectHead checks the end of the chain against a head noted elsewhere.
func (v *Verifier) ExpectHead(pos int64, hash []byte) {
	if v.pos != pos || v.pos > 0 && !bytes.Equal(v.head, hash) {
		v.problems = append(v.problems, Problem{Pos: v.pos, What: fmt.Sprintf(
			"the chain ends at position %d, the stored head says %d: entries were cut off or added", v.pos, pos)})
	}
}

func (v *Verifier) report(e Entry, what string) {
	v.problems = append(v.problems, Problem{Pos: e.Pos, ID: e.ID, What: what})
}

// Head is the position and hash the chain ends with.
func (v *Verifier) Head() (pos int64, hash []byte) { return v.pos, v.head }

// Problems lists what did not hold; empty when the chain is whole.
func (v *Verifier) Problems() []Problem { return v.problems }

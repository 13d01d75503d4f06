package audit_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"dictation/pipeline/audit"
)

// chain makes n sealed entries: three dictations, moved in turn.
func chain(n int) []audit.Entry {
	var list []audit.Entry
	hash := audit.Start[:]
	for i := range n {
		e := audit.Entry{
			ID: int64(i + 1), At: time.Unix(int64(i), 123456789), Actor: "u", Action: "dictation.claimed", Outcome: audit.OK,
			Dictation: fmt.Sprintf("d%d", i%3), Version: int64(i/3 + 1), Pos: int64(i + 1),
		}
		hash = audit.Link(hash, e)
		e.Hash = hash
		list = append(list, e)
	}
	return list
}

func verify(list []audit.Entry, headPos int64, headHash []byte, rows map[string]int64) []audit.Problem {
	var v audit.Verifier
	for _, e := range list {
		if e.Pos > 0 {
			v.Sealed(e)
		} else {
			v.Open(e)
		}
	}
	v.ExpectHead(headPos, headHash)
	for d, n := range rows {
		v.Expect(d, n)
	}
	return v.Problems()
}

func TestVerifier(t *testing.T) {
	t.Parallel()
	const n = 12
	good := chain(n)
	head := good[n-1].Hash
	rows := map[string]int64{"d0": 4, "d1": 4, "d2": 4}
	if p := verify(good, n, head, rows); len(p) > 0 {
		t.Fatalf("a whole chain has problems: %v", p)
	}
	if p := verify(nil, 0, nil, nil); len(p) > 0 {
		t.Fatalf("an empty chain has problems: %v", p)
	}
	relink := func(list []audit.Entry) []audit.Entry {
		hash := audit.Start[:]
		for i := range list {
			list[i].Pos = int64(i + 1)
			hash = audit.Link(hash, list[i])
			list[i].Hash = hash
		}
		return list
	}
	for name, spoil := range map[string]func([]audit.Entry) []audit.Entry{
		"edit":         func(l []audit.Entry) []audit.Entry { l[4].Actor = "mallory"; return l },
		"edit outcome": func(l []audit.Entry) []audit.Entry { l[4].Outcome = audit.Refused; return l },
		"delete":       func(l []audit.Entry) []audit.Entry { return slices.Delete(l, 5, 6) },
		"swap":         func(l []audit.Entry) []audit.Entry { l[3], l[4] = l[4], l[3]; return l },
		"cut the end":  func(l []audit.Entry) []audit.Entry { return l[:n-1] },
		// Someone who can write everything, head included, is betrayed by the rows.
		"delete and chain anew": func(l []audit.Entry) []audit.Entry { return relink(slices.Delete(l, 5, 6)) },
		"edit and chain anew":   func(l []audit.Entry) []audit.Entry { l[4].Actor = "mallory"; return relink(l) },
		"an open entry is missing": func(l []audit.Entry) []audit.Entry {
			l[n-1].Pos, l[n-1].Hash = 0, nil
			return slices.Delete(l, n-4, n-3)
		},
	} {
		if p := verify(spoil(chain(n)), n, head, rows); len(p) == 0 {
			t.Errorf("%s: not noticed", name)
		}
	}
}

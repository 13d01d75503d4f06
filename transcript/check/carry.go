package check

import "dictation/transcript"

// Carry gives the flags of an older text their places in a newer one. A flag
// whose words a person has changed is settled and left out; so is one between
// words when something was written there.
func Carry(flags []Flag, older, newer string) []Flag {
	carried, _ := CarryNumbered(flags, older, newer)
	return carried
}

// CarryNumbered is Carry that also says which of the flags each was.
func CarryNumbered(flags []Flag, older, newer string) (carried []Flag, number []int) {
	var segments []transcript.Segment
	if older != newer {
		segments = transcript.Diff(older, newer)
	}
	for i, f := range flags {
		if older != newer {
			offset, ok := carry(segments, f.Place)
			if !ok {
				continue
			}
			f.Offset = offset
			f.Evidence = carryAll(segments, f.Evidence)
		}
		carried, number = append(carried, f), append(number, i)
	}
	return carried, number
}

func carryAll(segments []transcript.Segment, places []Place) []Place {
	var carried []Place
	for _, p := range places {
		if offset, ok := carry(segments, p); ok {
			carried = append(carried, Place{offset, p.Length})
		}
	}
	return carried
}

// carry finds a place of the old text in the new one; ok is false where it, or
// what stands at it, was changed.
func carry(segments []transcript.Segment, p Place) (offset int, ok bool) {
	older, newer := 0, 0
	for _, s := range segments {
		n := len(s.Text)
		switch s.Op {
		case transcript.Inserted:
			newer += n
			continue
		case transcript.Equal:
			if older <= p.Offset && p.Offset+p.Length <= older+n && (p.Length > 0 || p.Offset < older+n) {
				return newer + p.Offset - older, true
			}
			newer += n
		}
		older += n
	}
	return newer, p.Length == 0 && p.Offset == older && (len(segments) == 0 || segments[len(segments)-1].Op == transcript.Equal)
}

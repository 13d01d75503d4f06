package pipeline

import (
	"fmt"
	"slices"
)

// Stage is a room a dictation passes through. The stage name is also the name
// of the package that does its work and the value of "dictation worker --stage".
type Stage string

// The four stages, in the order a dictation passes them.
const (
	Decode     Stage = "decode"
	Transcribe Stage = "transcribe"
	Review     Stage = "review"
	Deliver    Stage = "deliver"
)

// Stages lists the stages in order.
var Stages = []Stage{Decode, Transcribe, Review, Deliver}

// MachineStages lists the stages that workers do; review belongs to people.
var MachineStages = []Stage{Decode, Transcribe, Deliver}

// Machine reports whether a worker, not a person, does the stage.
func (s Stage) Machine() bool { return slices.Contains(MachineStages, s) }

// ParseStage reads a stage name; an unknown one is an Invalid error.
func ParseStage(s string) (Stage, error) {
	if st := Stage(s); slices.Contains(Stages, st) {
		return st, nil
	}
	return "", Errorf(Invalid, "There is no stage %q. The stages are decode, transcribe, review and deliver.", s)
}

// Step is the place inside the review stage; empty in every other stage.
type Step string

// The steps of review. QA is entered only where a rule or a transcriptionist asks for it.
const (
	NoStep    Step = ""
	Typing    Step = "typing"
	QA        Step = "qa"
	Signature Step = "signature"

	// Cosignature waits for the second of two signatures: a resident has signed,
	// the attending has not.
	Cosignature Step = "cosignature"
)

// State says whether work on the stage waits, runs, rests or has ended.
type State string

// The states. Finished is used at the end of deliver, and where a recording was
// split into others; a finished stage is otherwise the next stage, pending.
const (
	Pending    State = "pending"
	InProgress State = "in_progress"
	Suspended  State = "suspended"
	Held       State = "held"
	Failed     State = "failed"
	Finished   State = "finished"
)

// Position is where a dictation is.
type Position struct {
	Stage Stage
	Step  Step
	State State
}

// String gives "review/typing pending".
func (p Position) String() string {
	if p.Step == NoStep {
		return fmt.Sprintf("%s %s", p.Stage, p.State)
	}
	return fmt.Sprintf("%s/%s %s", p.Stage, p.Step, p.State)
}

// Terminal reports whether nothing is left to do.
func (p Position) Terminal() bool { return p.State == Finished }

// Event is a reason to move. Event names appear in the audit as "dictation.<event>".
type Event string

// The events. Every change of position is one of these.
const (
	Received  Event = "received"  // intake: bytes and row are durable
	Claimed   Event = "claimed"   // a worker or a person took it
	Released  Event = "released"  // given back unchanged: lease ended, retry later
	Suspend   Event = "suspended" // a person laid it aside and keeps it
	Completed Event = "completed" // the step's work is done
	ToQA      Event = "sent_to_qa"
	Returned  Event = "returned" // the clinician or QA sent it back, with a reason
	Signed    Event = "signed"
	FirstSign Event = "first_signed" // by the first of two signers
	Written   Event = "written"      // a person typed what refers to a signed note
	FailedEv  Event = "failed"
	Retried   Event = "retried"    // a person asks a failed stage to run again
	ByHand    Event = "by_hand"    // a person gives up on recognition: it is typed from scratch
	TakenOver Event = "taken_over" // a lead took it from its holder's hands
	Hold      Event = "held"
	Unhold    Event = "unheld"
	Undone    Event = "undone" // the typist takes back what nobody has taken up yet
	Split     Event = "split"  // a person cut it into dictations of their own
)

// move is one row of the table of legal moves.
type move struct {
	from Position
	on   Event
	to   Position
}

// moves is the whole table. [Next] searches it; ARCHITECTURE.md draws it.
var moves = buildMoves()

func buildMoves() []move {
	at := func(st Stage, step Step, s State) Position { return Position{st, step, s} }
	next := map[Stage]Position{
		Decode:     at(Transcribe, NoStep, Pending),
		Transcribe: at(Review, Typing, Pending),
		Deliver:    at(Deliver, NoStep, Finished),
	}
	ms := []move{{Position{}, Received, at(Decode, NoStep, Pending)}}
	for _, st := range MachineStages {
		ms = append(ms,
			move{at(st, NoStep, Pending), Claimed, at(st, NoStep, InProgress)},
			// A worker that died leaves in_progress behind; another takes it over.
			move{at(st, NoStep, InProgress), Claimed, at(st, NoStep, InProgress)},
			move{at(st, NoStep, InProgress), Released, at(st, NoStep, Pending)},
			move{at(st, NoStep, InProgress), Completed, next[st]},
			move{at(st, NoStep, InProgress), FailedEv, at(st, NoStep, Failed)},
			move{at(st, NoStep, Failed), Retried, at(st, NoStep, Pending)},
			move{at(st, NoStep, Pending), Hold, at(st, NoStep, Held)},
			move{at(st, NoStep, Failed), Hold, at(st, NoStep, Held)},
			move{at(st, NoStep, Held), Unhold, at(st, NoStep, Pending)},
		)
	}
	for _, step := range []Step{Typing, QA, Signature, Cosignature} {
		ms = append(ms,
			move{at(Review, step, Pending), Claimed, at(Review, step, InProgress)},
			move{at(Review, step, Suspended), Claimed, at(Review, step, InProgress)},
			move{at(Review, step, InProgress), Claimed, at(Review, step, InProgress)},
			move{at(Review, step, InProgress), TakenOver, at(Review, step, InProgress)},
			move{at(Review, step, Suspended), TakenOver, at(Review, step, InProgress)},
			move{at(Review, step, InProgress), Released, at(Review, step, Pending)},
			move{at(Review, step, InProgress), Suspend, at(Review, step, Suspended)},
			move{at(Review, step, Suspended), Released, at(Review, step, Pending)},
			move{at(Review, step, Pending), Hold, at(Review, step, Held)},
			move{at(Review, step, Held), Unhold, at(Review, step, Pending)},
		)
	}
	// There is sound to cut, and nobody works on it.
	for _, p := range []Position{
		at(Transcribe, NoStep, Pending), at(Transcribe, NoStep, Held), at(Transcribe, NoStep, Failed),
		at(Review, Typing, Pending), at(Review, Typing, Held),
	} {
		ms = append(ms, move{p, Split, at(p.Stage, p.Step, Finished)})
	}
	return append(ms,
		move{at(Transcribe, NoStep, Failed), ByHand, at(Review, Typing, Pending)},
		move{at(Review, Typing, InProgress), Completed, at(Review, Signature, Pending)},
		move{at(Review, Typing, InProgress), ToQA, at(Review, QA, Pending)},
		move{at(Review, QA, Pending), Undone, at(Review, Typing, InProgress)},
		move{at(Review, Signature, Pending), Undone, at(Review, Typing, InProgress)},
		move{at(Review, QA, InProgress), Completed, at(Review, Signature, Pending)},
		move{at(Review, QA, InProgress), Returned, at(Review, Typing, Pending)},
		move{at(Review, Signature, Pending), Signed, at(Deliver, NoStep, Pending)},
		move{at(Review, Signature, InProgress), Signed, at(Deliver, NoStep, Pending)},
		move{at(Review, Signature, Pending), Returned, at(Review, Typing, Pending)},
		move{at(Review, Signature, InProgress), Returned, at(Review, Typing, Pending)},
		move{at(Review, Signature, Pending), FirstSign, at(Review, Cosignature, Pending)},
		move{at(Review, Signature, InProgress), FirstSign, at(Review, Cosignature, Pending)},
		move{at(Review, Cosignature, Pending), Signed, at(Deliver, NoStep, Pending)},
		move{at(Review, Cosignature, InProgress), Signed, at(Deliver, NoStep, Pending)},
		move{at(Review, Cosignature, Pending), Returned, at(Review, Typing, Pending)},
		move{at(Review, Cosignature, InProgress), Returned, at(Review, Typing, Pending)},
		// An addendum or amendment that is typed and signed in one act.
		move{Position{}, Written, at(Review, Signature, Pending)},
	)
}

// Next gives the position that event leads to, or a Conflict error when the
// table has no such move.
func Next(from Position, on Event) (Position, error) {
	for _, m := range moves {
		if m.from == from && m.on == on {
			return m.to, nil
		}
	}
	return Position{}, Errorf(Conflict, "This dictation is at %s; it cannot be %s from there.", from, on)
}

// Moves calls f for every legal move, in table order.
func Moves(f func(from Position, on Event, to Position)) {
	for _, m := range moves {
		f(m.from, m.on, m.to)
	}
}

// Completion is the HL7 v2.5.1 table 0271 document completion status (TXA-17)
// that a position stands for; blanks says whether the text still has any.
// The first of two signatures makes it PA. What a signed note has, AU or LA,
// depends on who signed: [Note.Completion].
func (p Position) Completion(blanks bool) string {
	switch {
	case p.State == Held, p.State == Failed, blanks && p.Step == Signature:
		return "IN"
	case p.Stage == Decode, p.Stage == Transcribe, p.Parted():
		return "DI"
	case p.Stage == Review && p.Step == Cosignature:
		return "PA"
	case p.Stage == Review && p.Step == Signature:
		return "DO"
	case p.Stage == Review:
		return "IP"
	default:
		return "AU"
	}
}

// Package worker runs the machine stages: it takes a job from the queue, claims
// its row, lets the stage's handler work while it heart-beats message and row,
// writes what came of it, rings for the next stage and acknowledges.
//
// The row is written before the next stage is rung for, and that before the
// message is acknowledged: a crash between any two of these repeats the later
// ones only. A worker that dies in the middle stops heart-beating; its lease
// ends, another worker claims the row with the next attempt number, and an
// answer of the dead one that comes late is refused.
//
// STAT jobs are taken before routine ones, and one extra slot per stage takes
// nothing else, so that a STAT dictation never waits behind a long routine one.
//
// The package also runs the outbox relay ([Relay]).
package worker

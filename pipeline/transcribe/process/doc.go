// Package process runs the recognisers that are programs of their own: in a
// process group that is killed whole when the job is stopped or the output is
// refused, that dies with us, that sees none of our environment, and of whose
// log the end is kept to tell why it stopped.
package process

// Package local runs the three servers dictation needs on one machine: NATS
// with JetStream on disk, an S3 server and a private PostgreSQL cluster.
//
// Everything lives below one data folder and listens on nothing but the
// loopback interface and a Unix socket. The parts are the real ones: the NATS
// server runs inside the process, the S3 server as a child (this same program,
// started again under another name) because its library changes the working
// directory of its process, and PostgreSQL from the binaries on the machine,
// never as the system's own cluster.
//
// What holds:
//
//   - A data folder has one owner at a time; a second Start on it fails and
//     says who has it.
//   - An S3 object or a database commit that was acknowledged is on the disk.
//     JetStream is synced at an interval: the rows are the truth and announce
//     again what it forgot.
//   - Close returns when every child is gone. If this process is killed the
//     children end by themselves, and the next Start goes on from the same data.
//   - Secrets are made once, kept in DATA/secrets (closed to everybody else) and
//     never stand on a command line or in an environment.
//   - Started as root, PostgreSQL runs as the user postgres (or nobody); only
//     its own folder changes hands.
//
// Because of the child, main calls ChildMain before anything else when IsChild
// reports true; so does TestMain of a package whose tests start the servers
// (package localtest does it for them).
package local

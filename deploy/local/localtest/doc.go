// Package localtest gives tests the real servers of package local, quickly:
// one PostgreSQL cluster and one S3 server per test binary, started when first
// asked for, a database of its own and buckets of its own for every test, and a
// NATS server per test. The data lives in memory (/dev/shm) where that can be
// written and is not synced.
//
// A package uses it through its TestMain:
//
//	func TestMain(m *testing.M) { localtest.Main(m, store.Migrate) }
//
// Several test binaries may run at once. A missing part fails the test with the
// command that installs it; nothing is skipped.
package localtest

package local

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

const (
	socketFile = "/.s.PGSQL.5432"
	socketMax  = 103 // bytes of a socket's path: 107 on Linux, 103 on macOS
)

// makeSocket makes the folder of the socket: below the cluster's, or a short
// temporary one where the path would be too long for the kernel.
func (p *Postgres) makeSocket(c *cluster) error {
	p.socket = filepath.Join(c.Dir, "run")
	// PostgreSQL reads a comma as the beginning of the next folder.
	if len(p.socket+socketFile) <= socketMax && !strings.Contains(p.socket, ",") {
		// What a killed run left in it names a process that may be another now.
		if err := os.RemoveAll(p.socket); err != nil {
			return err
		}
		if err := os.Mkdir(p.socket, 0o700); err != nil {
			return err
		}
		return c.owner.take(p.socket)
	}
	dir, err := os.MkdirTemp(shortTemp(), "dictation-")
	if err != nil {
		return fmt.Errorf("no folder for the database's socket: %w", err)
	}
	p.socket, p.temp = dir, true
	return c.owner.take(dir)
}

func shortTemp() string {
	dir := os.TempDir()
	if len(dir)+len("/dictation-1234567890")+len(socketFile) > socketMax || strings.Contains(dir, ",") {
		return "/tmp"
	}
	return dir
}

func (p *Postgres) removeSocket() error {
	if !p.temp {
		return nil
	}
	return os.RemoveAll(p.socket)
}

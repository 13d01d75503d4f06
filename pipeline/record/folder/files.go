package folder

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Files is where a folder's files lie: on this machine, or on another one. Names
// have slashes and are below the folder. Errors for what is not there, or there
// already, wrap [fs.ErrNotExist] and [fs.ErrExist].
type Files interface {
	Read(name string) ([]byte, error)
	Mkdir(name string) error
	Write(name string, content []byte) error // a new file, whole and durable
	Rename(from, to string) error            // at once, in the place of a file that is there
	Remove(name string) error
	Sync(dir string) error // makes names durable, where that can be asked for
}

// local is a folder of this machine.
type local string

var _ Files = local("")

func (d local) at(name string) string { return filepath.Join(string(d), filepath.FromSlash(name)) }

// Read implements Files.
func (d local) Read(name string) ([]byte, error) { return os.ReadFile(d.at(name)) }

// Mkdir implements Files.
func (d local) Mkdir(name string) error { return os.Mkdir(d.at(name), 0o700) }

// Rename implements Files.
func (d local) Rename(from, to string) error {
	if _, err := os.Lstat(d.at(from)); errors.Is(err, fs.ErrNotExist) {
		return err // told apart from a folder that is not there
	}
	return os.Rename(d.at(from), d.at(to))
}

// Remove implements Files.
func (d local) Remove(name string) error { return os.Remove(d.at(name)) }

// Write implements Files.
func (d local) Write(name string, content []byte) error {
	f, err := os.OpenFile(d.at(name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o640)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Sync(), f.Close())
}

// Sync implements Files.
func (d local) Sync(dir string) error {
	f, err := os.Open(d.at(dir))
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

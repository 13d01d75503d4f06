package sftp

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"sync"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"

	"dictation/pipeline/record/folder"
)

// link is one connection, used by one delivery at a time.
type link struct {
	shell *ssh.Client
	files *sftp.Client
	dir   string
	posix bool // renames at once, in the place of what is there
	syncs bool
	once  sync.Once
	ended chan struct{} // closed when the other side has gone
}

var _ folder.Files = (*link)(nil)

func newLink(shell *ssh.Client, files *sftp.Client, dir string) *link {
	l := &link{shell: shell, files: files, dir: dir, ended: make(chan struct{})}
	_, l.posix = files.HasExtension("posix-rename@openssh.com")
	_, l.syncs = files.HasExtension("fsync@openssh.com")
	go func() { // ends with the connection, which close ends
		_ = shell.Wait()
		close(l.ended)
	}()
	return l
}

func (l *link) alive() bool {
	select {
	case <-l.ended:
		return false
	default:
		return true
	}
}

func (l *link) close() {
	l.once.Do(func() {
		l.shell.Close() // first: the other side may not answer any more
		l.files.Close()
	})
}

func (l *link) at(name string) string { return path.Join(l.dir, name) }

// Read implements folder.Files.
func (l *link) Read(name string) ([]byte, error) {
	f, err := l.files.Open(l.at(name))
	if err != nil {
		return nil, err
	}
	const most = 64 << 10 // receipts are small
	b, err := io.ReadAll(io.LimitReader(f, most))
	return b, errors.Join(err, f.Close())
}

// Mkdir implements folder.Files. The protocol has no error for what is there.
func (l *link) Mkdir(name string) error {
	err := l.files.Mkdir(l.at(name))
	if err == nil {
		return nil
	}
	if is, statErr := l.files.Stat(l.at(name)); statErr == nil && is.IsDir() {
		return fs.ErrExist
	}
	return err
}

// Write implements folder.Files.
func (l *link) Write(name string, content []byte) error {
	f, err := l.files.OpenFile(l.at(name), os.O_CREATE|os.O_EXCL|os.O_WRONLY)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err == nil && l.syncs {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// Rename implements folder.Files.
func (l *link) Rename(from, to string) error {
	if _, err := l.files.Stat(l.at(from)); err != nil {
		return err
	}
	if l.posix {
		return l.files.PosixRename(l.at(from), l.at(to))
	}
	return l.files.Rename(l.at(from), l.at(to))
}

// Remove implements folder.Files.
func (l *link) Remove(name string) error { return l.files.Remove(l.at(name)) }

// Sync implements folder.Files: names are the server's to make durable.
func (l *link) Sync(string) error { return nil }

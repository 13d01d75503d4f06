package local

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// openData makes the data folder when it is missing and returns its absolute,
// link-free path. Root's folder can be passed through, because PostgreSQL runs
// as another user; what is in it stays closed.
func openData(dir string) (string, error) {
	if dir == "" {
		return "", errors.New("no data folder was named")
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	mode := fs.FileMode(0o700)
	if os.Geteuid() == 0 {
		mode = 0o711
	}
	if err := makeFolder(dir, mode); err != nil {
		return "", fmt.Errorf("the data folder %s cannot be made: %w", dir, err)
	}
	return filepath.EvalSymlinks(dir)
}

// makeFolder makes dir and its missing parents with exactly this mode, whatever
// the umask, and syncs their entries. A folder that exists is left as it is.
func makeFolder(dir string, mode fs.FileMode) error {
	if info, err := os.Stat(dir); err == nil {
		if !info.IsDir() {
			return &fs.PathError{Op: "mkdir", Path: dir, Err: syscall.ENOTDIR}
		}
		return nil
	}
	parent := filepath.Dir(dir)
	if err := makeFolder(parent, mode|0o055&^0o022); err != nil {
		return err
	}
	if err := os.Mkdir(dir, mode); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	if err := os.Chmod(dir, mode); err != nil {
		return err
	}
	return syncPath(parent)
}

// syncPath brings a file or the entries of a folder to the disk.
func syncPath(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// lockFolder takes the data folder for this process. The kernel gives it back
// when the file is closed or the process dies.
func lockFolder(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("the data folder %s cannot be used: %w", dir, err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		owner := make([]byte, 32)
		n, _ := f.ReadAt(owner, 0)
		_ = f.Close()
		return nil, fmt.Errorf("the data folder %s is in use by another dictation (process %s); stop that one or name another folder",
			dir, strings.TrimSpace(string(owner[:n])))
	}
	if err := errors.Join(f.Truncate(0), writeAt(f, fmt.Sprintln(os.Getpid()))); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func writeAt(f *os.File, s string) error {
	_, err := f.WriteAt([]byte(s), 0)
	return err
}

// secrets are what the servers and their users share.
type secrets struct {
	S3AccessKey string `json:"s3_access_key"`
	S3SecretKey string `json:"s3_secret_key"`
	NATSToken   string `json:"nats_token"`
}

// loadSecrets reads the secrets kept in dir, or makes them the first time.
func loadSecrets(dir string) (secrets, error) {
	var s secrets
	if err := makeFolder(dir, 0o700); err != nil {
		return s, err
	}
	path := filepath.Join(dir, "servers.json")
	text, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		s = secrets{S3AccessKey: "dictation", S3SecretKey: rand.Text() + rand.Text(), NATSToken: rand.Text() + rand.Text()}
		return s, saveSecrets(path, s)
	case err != nil:
		return s, err
	}
	if err := json.Unmarshal(text, &s); err != nil || s.S3AccessKey == "" || s.S3SecretKey == "" || s.NATSToken == "" {
		return s, fmt.Errorf("the file %s is damaged; it holds only the servers' own keys, so delete it and start again", path)
	}
	return s, nil
}

// saveSecrets writes the file whole or not at all.
func saveSecrets(path string, s secrets) error {
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	next := path + ".new"
	if err := os.WriteFile(next, append(text, '\n'), 0o600); err != nil {
		return err
	}
	if err := syncPath(next); err != nil {
		return err
	}
	if err := os.Rename(next, path); err != nil {
		return err
	}
	return syncPath(filepath.Dir(path))
}

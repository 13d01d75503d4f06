package local

import (
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
)

// account is whom PostgreSQL runs as when this process is root; PostgreSQL
// refuses to run as root itself. nil means: as ourselves.
type account struct {
	name   string
	uid    uint32
	gid    uint32
	groups []uint32
}

// accountFor picks the account for the cluster in dir: whoever owns it already,
// else the first service account the machine has.
func accountFor(dir string) (*account, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	info, err := os.Stat(dir)
	if err != nil {
		return nil, err
	}
	if st, ok := info.Sys().(*syscall.Stat_t); ok && st.Uid != 0 {
		if u, err := user.LookupId(strconv.FormatUint(uint64(st.Uid), 10)); err == nil {
			return newAccount(u)
		}
		return &account{name: fmt.Sprint("number ", st.Uid), uid: st.Uid, gid: st.Gid}, nil
	}
	for _, name := range []string{"postgres", "_postgres", "nobody"} {
		if u, err := user.Lookup(name); err == nil {
			return newAccount(u)
		}
	}
	return nil, fmt.Errorf("PostgreSQL does not run as root, and there is no user postgres or nobody; start dictation as an ordinary user")
}

func newAccount(u *user.User) (*account, error) {
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	a := &account{name: u.Username, uid: uint32(uid), gid: uint32(gid)}
	ids, err := u.GroupIds()
	if err != nil {
		ids = nil // the account's own group is enough
	}
	for _, id := range ids {
		if g, err := strconv.ParseUint(id, 10, 32); err == nil {
			a.groups = append(a.groups, uint32(g))
		}
	}
	return a, nil
}

func (a *account) credential() *syscall.Credential {
	if a == nil {
		return nil
	}
	return &syscall.Credential{Uid: a.uid, Gid: a.gid, Groups: a.groups}
}

// take gives dir, and nothing above or below it, to the account, after checking
// that the account can get there.
func (a *account) take(dir string) error {
	if a == nil {
		return nil
	}
	for parent := filepath.Dir(dir); ; parent = filepath.Dir(parent) {
		info, err := os.Stat(parent)
		if err != nil {
			return err
		}
		if !a.mayPass(info) {
			return fmt.Errorf("PostgreSQL runs as the user %s here, and that user may not pass through %s; choose a data folder outside it, such as /var/lib/dictation, or allow passing with: chmod o+x %s",
				a.name, parent, parent)
		}
		if parent == filepath.Dir(parent) {
			break
		}
	}
	return os.Lchown(dir, int(a.uid), int(a.gid))
}

// mayPass reports whether the account may go through a folder.
func (a *account) mayPass(dir os.FileInfo) bool {
	st, ok := dir.Sys().(*syscall.Stat_t)
	mode := dir.Mode().Perm()
	switch {
	case ok && st.Uid == a.uid:
		return mode&0o100 != 0
	case ok && (st.Gid == a.gid || slices.Contains(a.groups, st.Gid)):
		return mode&0o010 != 0
	}
	return mode&0o001 != 0
}

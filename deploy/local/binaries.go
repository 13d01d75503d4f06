package local

import (
	"cmp"
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// binaries is a folder with initdb and postgres in it.
type binaries struct {
	dir   string
	major string // such as "15"
}

// packaged are the folders where packages put PostgreSQL without linking it
// into PATH.
var packaged = []string{
	"/usr/lib/postgresql/*/bin",         // Debian, Ubuntu
	"/usr/pgsql-*/bin",                  // packages of the PostgreSQL project
	"/opt/homebrew/opt/postgresql*/bin", // brew on Apple silicon
	"/usr/local/opt/postgresql*/bin",    // brew on Intel
	"/home/linuxbrew/.linuxbrew/opt/postgresql*/bin",
}

// findBinaries looks for PostgreSQL in PATH, then where packages put it. An
// existing cluster needs its own major version; "" takes any.
func findBinaries(ctx context.Context, major string) (binaries, error) {
	var found []string
	for _, dir := range candidates() {
		b := binaries{dir: dir, major: majorOf(ctx, dir)}
		switch b.major {
		case "":
			continue
		case major:
			return b, nil
		}
		if major == "" {
			return b, nil
		}
		found = append(found, b.major)
	}
	if len(found) > 0 {
		return binaries{}, fmt.Errorf("the database was made by PostgreSQL %s, but only version %s is installed; install version %s too (%s). Nothing was changed",
			major, strings.Join(found, ", "), major, installHint("postgresql-"+major, "postgresql@"+major))
	}
	return binaries{}, fmt.Errorf("PostgreSQL is not installed: there is no initdb in PATH or where packages put it; install it with: %s",
		installHint("postgresql", "postgresql@17"))
}

func installHint(debian, brew string) string {
	if runtime.GOOS == "darwin" {
		return "brew install " + brew
	}
	return "sudo apt-get install " + debian
}

// candidates are the folders that hold an initdb, newest versions first after
// what PATH names.
func candidates() []string {
	var dirs []string
	if path, err := exec.LookPath("initdb"); err == nil {
		if real, err := filepath.EvalSymlinks(path); err == nil {
			dirs = append(dirs, filepath.Dir(real))
		}
	}
	for _, pattern := range packaged {
		more, err := filepath.Glob(pattern)
		if err != nil {
			continue // the pattern is a constant and well formed
		}
		slices.SortFunc(more, func(a, b string) int { return cmp.Compare(number(b), number(a)) })
		dirs = append(dirs, more...)
	}
	return dirs
}

// number is the first run of digits in a path, the version in those above.
func number(path string) int {
	start := strings.IndexAny(path, "0123456789")
	if start < 0 {
		return 0
	}
	digits := path[start:]
	if end := strings.IndexFunc(digits, func(r rune) bool { return r < '0' || r > '9' }); end >= 0 {
		digits = digits[:end]
	}
	n, err := strconv.Atoi(digits)
	if err != nil {
		return 0
	}
	return n
}

// majorOf asks the server in dir for its version; "" when it cannot be used.
func majorOf(ctx context.Context, dir string) string {
	for _, name := range []string{"initdb", "postgres"} {
		if _, err := exec.LookPath(filepath.Join(dir, name)); err != nil {
			return ""
		}
	}
	out, err := exec.CommandContext(ctx, filepath.Join(dir, "postgres"), "--version").Output()
	if err != nil {
		return ""
	}
	return majorIn(string(out))
}

// majorIn reads "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)" as "15".
func majorIn(version string) string {
	_, rest, ok := strings.Cut(version, "(PostgreSQL) ")
	if !ok || number(rest) == 0 {
		return ""
	}
	return strconv.Itoa(number(rest))
}

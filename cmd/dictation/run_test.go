package main

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A taken port is told when it was asked for, and passed over when not.
func TestListenFree(t *testing.T) {
	t.Setenv("DICTATION_LISTEN", "")
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	address := taken.Addr().String()
	l, err := listenFree(t.Context(), config{Listen: address}, "")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if l.Addr().String() == address {
		t.Error("two programs listen on one port")
	}
	if _, err := listenFree(t.Context(), config{Listen: address}, address); err == nil || !strings.Contains(err.Error(), "taken by another program") {
		t.Errorf("asked for a taken port: %v", err)
	}
	t.Setenv("DICTATION_LISTEN", address)
	if _, err := listenFree(t.Context(), config{Listen: address}, ""); err == nil {
		t.Error("a taken port of the settings was passed over")
	}
}

func TestDataFolder(t *testing.T) {
	t.Setenv("XDG_DATA_HOME", "/xdg")
	for _, c := range []struct{ flag, setting, want string }{
		{"/flag", "/setting", "/flag"},
		{"", "/setting", "/setting"},
	} {
		if got, err := dataFolder(c.flag, config{Data: c.setting}); err != nil || got != c.want {
			t.Errorf("%q, %q: %q, %v", c.flag, c.setting, got, err)
		}
	}
	want := "/xdg/dictation"
	if os.Geteuid() == 0 {
		want = "/var/lib/dictation" // PostgreSQL's own user must reach it
	}
	if got, err := dataFolder("", config{}); err != nil || got != want {
		t.Errorf("without a word: %q, %v", got, err)
	}
}

// The key is made once and kept.
func TestSiteKey(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	first, err := siteKey(data)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := (config{SigningKey: first}).signingKey(); err != nil {
		t.Error(err)
	}
	again, err := siteKey(data)
	if err != nil || again != first {
		t.Errorf("another key the second time, %v", err)
	}
	if info, err := os.Stat(filepath.Join(data, "secrets", "signing-key")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	for _, bad := range []string{"", "short", "!!!!"} {
		if _, err := (config{SigningKey: bad}).signingKey(); err == nil {
			t.Errorf("key %q is taken", bad)
		}
	}
}

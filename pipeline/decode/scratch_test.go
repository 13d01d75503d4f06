package decode

import (
	"bytes"
	"io"
	"os"
	"testing"
)

// A work file is the same whether it stays in memory or not.
func TestScratch(t *testing.T) {
	t.Parallel()
	for name, n := range map[string]int{"in memory": 700_000, "on disk": copyInMemory + 100_000} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			s := &scratch{dir: dir, most: copyInMemory}
			want := bytes.Repeat([]byte("sound"), n/5)
			for part := want; len(part) > 0; part = part[min(len(part), 70_001):] {
				if _, err := s.Write(part[:min(len(part), 70_001)]); err != nil {
					t.Fatal(err)
				}
			}
			// As the WAV writer does: put a length right near the beginning.
			if at, err := s.Seek(40, io.SeekStart); at != 40 || err != nil {
				t.Fatal(at, err)
			}
			if _, err := s.Write([]byte("LONG")); err != nil {
				t.Fatal(err)
			}
			copy(want[40:], "LONG")
			if at, err := s.Seek(0, io.SeekEnd); at != int64(len(want)) || err != nil {
				t.Fatal(at, err)
			}
			if _, err := s.Seek(1, io.SeekEnd); s.file == nil && err == nil {
				t.Error("went beyond the end")
			}
			r, size, err := s.reader()
			if err != nil || size != int64(len(want)) {
				t.Fatal(size, err)
			}
			if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%d bytes came back, %v", len(got), err)
			}
			left, err := os.ReadDir(dir)
			if err != nil || len(left) > 0 {
				t.Errorf("files with names: %v, %v", left, err)
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

package process

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// asParent names the variable that makes the test binary a process which runs a
// program and waits, to be killed.
const asParent = "PROCESS_TEST_PARENT"

func TestMain(m *testing.M) {
	if pipe := os.Getenv(asParent); pipe != "" {
		err := shell(context.Background(), fmt.Sprintf(`exec 3>%[1]s; echo running >&3; read x < %[1]s.never`, pipe), discard)
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// A worker that is killed takes its recogniser with it. The program holds a
// pipe open: the pipe ends when the program does.
func TestKilledParentLeavesNothing(t *testing.T) {
	t.Parallel()
	pipe := fifo(t, filepath.Join(t.TempDir(), "pipe"))
	fifo(t, pipe+".never")
	parent := exec.CommandContext(t.Context(), os.Args[0])
	parent.Env = append(os.Environ(), asParent+"="+pipe)
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(pipe)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := bufio.NewReader(f)
	if line, err := r.ReadString('\n'); line != "running\n" {
		t.Fatalf("the program said %q, %v", line, err)
	}
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := parent.Wait(); err == nil {
		t.Error("the killed parent ended well")
	}
	if _, err := io.Copy(io.Discard, r); err != nil {
		t.Fatal(err)
	}
}

package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"text/tabwriter"
)

// welcome says what can be done now. Its line "ready URL" is for programs.
func welcome(w io.Writer, url, data string, demo *demoAccounts, c config) error {
	out := &lines{w: w}
	self := os.Args[0]
	out.print("\nDictation is ready to work.\n\n")
	out.print("  Pages       %s\n", url)
	out.print("  Data        %s\n", data)
	if demo != nil {
		out.print("  Accounts    (made up for the demo; also in %s)\n\n", filepath.Join(data, demoFile))
		t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		fmt.Fprint(t, "      role\tusername\tpassword\n")
		for _, a := range demo.Accounts {
			fmt.Fprintf(t, "      %s\t%s\t%s\n", a.Role, a.Username, a.Password)
		}
		if out.err == nil {
			out.err = t.Flush()
		}
	}
	out.print("\nWhat you can do now:\n\n")
	if demo != nil {
		out.print("  1. Sign in as author at %s and drop a recording, or in another terminal:\n", url)
		out.print("       export DICTATION_SERVER=%s DICTATION_TOKEN=%s\n", url, demo.token("author"))
		out.print("       %s upload FILE --patient %s --worktype consultation --priority stat --wait\n", self, demo.mrn)
		out.print("  2. Sign in as transcriptionist, press \"Next job\", correct the draft and complete it;\n")
		out.print("     then as clinician: read what changed, sign, and see the note in the patient's chart.\n")
		out.print("  3. See who did what, and that nothing was changed behind it:\n")
		out.print("       %s audit verify --data %s\n", self, data)
	} else {
		out.print("  1. Make an account:   %s user add NAME --role admin --data %s\n", self, data)
		out.print("  2. Sign in at         %s\n", url)
		out.print("  3. See the settings:  %s config\n", self)
	}
	out.print("\n  Ctrl-C stops everything; the same command again goes on from the same data.\n\n")
	out.print("ready %s\n", url)
	return out.err
}

// lines prints until the first error and keeps that.
type lines struct {
	w   io.Writer
	err error
}

func (l *lines) print(format string, args ...any) {
	if l.err == nil {
		_, l.err = fmt.Fprintf(l.w, format, args...)
	}
}

package pipeline

import (
	"strings"
	"testing"
)

func TestParseRefers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		to, relation, why string
		want              Refers
		kind              Kind
	}{
		{"", "", "", Refers{}, ""},
		{" ", "", " ", Refers{}, ""},
		{"D1", "", "", Refers{"D1", Addendum, ""}, ""},
		{" D1 ", "addendum", "", Refers{"D1", Addendum, ""}, ""},
		{"D1", "amendment", " Dose. ", Refers{"D1", Amendment, "Dose."}, ""},
		{"D1", "amendment", "", Refers{}, Invalid},
		{"D1", "addendum", "Dose.", Refers{}, Invalid},
		{"D1", "copy", "", Refers{}, Invalid},
		{"", "addendum", "", Refers{}, Invalid},
		{"", "", "Dose.", Refers{}, Invalid},
		{"D1", "amendment", strings.Repeat("ä", 1000), Refers{"D1", Amendment, strings.Repeat("ä", 1000)}, ""},
		{"D1", "amendment", strings.Repeat("a", 1001), Refers{}, TooLarge},
		{"D1", "amendment", "a\x00b", Refers{}, Invalid},
		{"D1", "amendment", "a\xff", Refers{}, Invalid},
	} {
		got, err := ParseRefers(c.to, c.relation, c.why)
		if err != nil && KindOf(err) != c.kind || (err == nil) != (c.kind == "") || err == nil && got != c.want {
			t.Errorf("ParseRefers(%q, %q, %q) = %+v, %v", c.to, c.relation, c.why, got, err)
		}
	}
}
